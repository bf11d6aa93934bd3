// Somebody has looked at an emergency. After a failover this allows moves for mere risk again.
import { Button } from "@mantine/core";

import classes from "./Acknowledge.module.css";
import { useSession } from "../../hooks/useSession.jsx";
import { useAcknowledge } from "../../hooks/useWorkload.js";
import { Problem } from "../Problem.jsx";
import { Time } from "../Time.jsx";

export function Acknowledge({ incident }) {
  const { isAdmin } = useSession();
  const acknowledge = useAcknowledge(incident.incident_id);
  if (incident.acknowledged_at)
    return (
      <p className={classes.seen} role="status">
        Seen by somebody <Time at={incident.acknowledged_at} />.
      </p>
    );
  const moved = incident.steps.some(({ key, at }) => key === "promoted" && at);
  if (isAdmin) return <p className={classes.seen}>Nobody of this client has said yet that it was seen.</p>;
  return (
    <div className={classes.ask}>
      <p>{moved ? "Until somebody has seen it, this workload is not moved again for mere risk. An interruption is answered all the same." : "Tells the others that somebody has looked at it."}</p>
      <Button variant="default" loading={acknowledge.isPending} onClick={() => acknowledge.mutate()}>
        I have seen it
      </Button>
      {acknowledge.isError && <Problem>{acknowledge.error.message}</Problem>}
    </div>
  );
}
