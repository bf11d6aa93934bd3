// Linked accounts: where they may be acted in, how they stand, whether AWS's own events come.
import { Button } from "@mantine/core";
import { useState } from "react";

import { Secret } from "./Secret.jsx";
import { useEventKey } from "../../hooks/useOversight.js";
import { plural } from "../../services/format.js";
import { Heads } from "../Heads.jsx";
import rows from "../Rows.module.css";
import { Mark } from "../Sign.jsx";
import { Time } from "../Time.jsx";

const HEADS = ["Account", "State", "Regions", "Machines", "AWS’s own events"];

export function Accounts({ accounts, mayAct }) {
  return (
    <table className={rows.table}>
      <Heads of={HEADS} />
      <tbody>
        {accounts.map((account) => (
          <Row key={account.account_id} account={account} mayAct={mayAct} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ account, mayAct }) {
  return (
    <tr>
      <th scope="row" className={rows.name}>
        {account.aws_account_id}
        {!account.name.includes(account.aws_account_id) && <span className={rows.sub}>{account.name}</span>}
      </th>
      <td data-label="State">
        <Mark {...state(account)} />
        {account.health_reason && <span className={rows.sub}>{account.health_reason}</span>}
      </td>
      <td data-label="Regions">{account.regions.join(", ")}</td>
      <td data-label="Machines">{plural(account.machines, "machine")}</td>
      <td data-wide data-label="AWS’s own events">
        <Events account={account} />
        {mayAct && <NewKey account={account} />}
      </td>
    </tr>
  );
}

function state({ is_active: active, health, status }) {
  if (!active) return { word: "Switched off", color: "gray" };
  if (health !== "ok") return { word: "Degraded", color: "orange" };
  return status === "active" || status === "connected" ? { word: "Linked", color: "teal" } : { word: status, color: "blue" };
}

function Events({ account: { queue_polled_at: polled, queue_received_at: received, event_keys: keys } }) {
  if (polled)
    return (
      <>
        by a queue, asked <Time at={polled} />
        <span className={rows.sub}>{received ? <>last event <Time at={received} /></> : "no event so far"}</span>
      </>
    );
  return keys ? `by HTTP, ${plural(keys, "key")}` : "not linked: notices come from the hosts alone";
}

function NewKey({ account }) {
  const make = useEventKey();
  const [shown, show] = useState(false);
  const open = () => make.mutate({ account: account.aws_account_id }, { onSuccess: () => show(true) });
  return (
    <span className={rows.sub}>
      <Button size="compact-sm" variant="default" mt={6} loading={make.isPending} onClick={open}>
        Make an event key
      </Button>
      {make.isError && make.error.message}
      {shown && (
        <Secret
          title="An event key"
          text={`EventBridge sends the events of ${account.aws_account_id} to POST /api/events/aws with it, as X-Api-Key.`}
          secret={make.data.key}
          onClose={() => show(false)}
        />
      )}
    </span>
  );
}
