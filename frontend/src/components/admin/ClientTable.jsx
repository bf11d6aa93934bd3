// One row per client: what it has, its tokens by their first letters, when it was last heard of.
import { Button, VisuallyHidden } from "@mantine/core";
import { useState } from "react";
import { useNavigate } from "react-router";

import { useSession } from "../../hooks/useSession.jsx";
import { MISSING, plural } from "../../services/format.js";
import { Heads } from "../Heads.jsx";
import classes from "../Rows.module.css";
import rows from "./Admin.module.css";
import TakeSeat from "./TakeSeat.jsx";
import { Time } from "../Time.jsx";

const HEADS = ["Client", "Workloads", "Token", "Last heard"];

export function ClientTable({ clients }) {
  const [acting, setActing] = useState(null);
  return (
    <>
      <table className={classes.table}>
        <Heads of={HEADS}>
          <th scope="col">
            <VisuallyHidden>Pages</VisuallyHidden>
          </th>
        </Heads>
        <tbody>
          {clients.map((client) => (
            <Row key={client.client_id} client={client} onAct={setActing} />
          ))}
        </tbody>
      </table>
      {acting && <TakeSeat client={acting} onClose={() => setActing(null)} />}
    </>
  );
}

function Row({ client, onAct }) {
  const { choose } = useSession();
  const go = useNavigate();
  const look = () => {
    choose({ client_id: client.client_id, name: client.name });
    go("/");
  };
  const isGone = client.status === "deleted";
  return (
    <tr>
      <th scope="row" className={classes.name}>
        {client.name}
        <span className={rows.sub}>{client.status === "active" ? client.email : `${client.status} · ${client.email}`}</span>
      </th>
      <td data-label="Workloads">
        {plural(client.agents, "workload")}
        <span className={rows.sub}>{plural(client.instances, "machine")}</span>
        {client.open_incidents > 0 && <span className={rows.sub}>{plural(client.open_incidents, "emergency", "emergencies")} not closed</span>}
      </td>
      <td data-label="Token">
        <Tokens tokens={client.tokens} />
      </td>
      <td data-label="Last heard" className={classes.quiet}>
        <Time at={client.last_activity_at} />
      </td>
      <td data-wide className={rows.act}>
        <Button variant="default" size="sm" onClick={look} disabled={isGone}>
          Look at it<VisuallyHidden> ({client.name})</VisuallyHidden>
        </Button>
        <Button
          variant="subtle"
          color="gray"
          size="sm"
          data-feature-id="admin-client-button-reuse-dep-click-login"
          onClick={() => onAct(client)}
          disabled={client.status !== "active"}
        >
          Act for it …<VisuallyHidden> ({client.name})</VisuallyHidden>
        </Button>
      </td>
    </tr>
  );
}

function Tokens({ tokens }) {
  const [newest, ...others] = tokens;
  if (!newest) return MISSING;
  return (
    <>
      <code>soc_{newest.prefix}…</code>
      <span className={classes.sub}>
        made <Time at={newest.created_at} />
        {others.length > 0 && `, ${others.length} more live`}
      </span>
    </>
  );
}
