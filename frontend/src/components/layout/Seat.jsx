// Whose eyes and whose hands: the administrator looks at a client, or sits in its seat. Said over every page of the client.
import { Button } from "@mantine/core";
import { Suspense, lazy, useState } from "react";
import { useLocation } from "react-router";

import classes from "./Banners.module.css";
import { useTimeLeft } from "../../hooks/useClock.jsx";
import { useLeaveSeat } from "../../hooks/useSeat.js";
import { useSession } from "../../hooks/useSession.jsx";

const TakeSeat = lazy(() => import("../admin/TakeSeat.jsx"));

export function Seat() {
  const { isAdmin, client_id: id, client_name: name, acting } = useSession();
  const { pathname } = useLocation();
  if (acting) return <Taken acting={acting} name={name} />;
  if (isAdmin && id && !pathname.startsWith("/admin")) return <Looking client={{ client_id: id, name }} />;
  return null;
}

function Looking({ client }) {
  const [asking, setAsking] = useState(false);
  return (
    <div className={classes.seat}>
      <span>
        You look at <strong>{client.name}</strong>. Nothing is changed from here.
      </span>
      <Button size="compact-sm" variant="default" onClick={() => setAsking(true)}>
        Act for it …
      </Button>
      {asking && (
        <Suspense fallback={null}>
          <TakeSeat client={client} onClose={() => setAsking(false)} />
        </Suspense>
      )}
    </div>
  );
}

function Taken({ acting, name }) {
  const left = useTimeLeft(acting.expires_at);
  const leave = useLeaveSeat();
  return (
    <div className={classes.seat} data-taken>
      <span>
        You act for <strong>{name}</strong>: {acting.reason}. All that you do is recorded under both names. {left} left.
      </span>
      <Button size="compact-sm" variant="default" loading={leave.isPending} onClick={() => leave.mutate()}>
        Stop acting
      </Button>
    </div>
  );
}
