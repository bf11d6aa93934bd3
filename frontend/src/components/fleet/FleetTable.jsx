// One row per workload, worst first (the server sorts). On the phone each row becomes a block.
import { Button } from "@mantine/core";
import { memo, useState } from "react";
import { Link } from "react-router";

import { PriceBar } from "./PriceBar.jsx";
import { HEADS } from "./views.js";
import { useTimeLeft } from "../../hooks/useClock.jsx";
import { MISSING } from "../../services/format.js";
import { STANDBY } from "../../theme.js";
import classes from "../Rows.module.css";
import { Sign } from "../Sign.jsx";
import { Time } from "../Time.jsx";

const AT_ONCE = 50; // worst first: what needs someone is among them, and typing in the search stays quick

// `onSort(key)`: a head was chosen; without it the heads are words.
export function FleetTable({ agents, sort, down, onSort }) {
  const [shown, setShown] = useState(AT_ONCE);
  return (
    <>
      <table className={classes.table}>
        <thead>
          <tr>
            {HEADS.map(([key, word]) => (
              <th key={key} scope="col" aria-sort={key === sort ? (down ? "descending" : "ascending") : undefined}>
                {onSort ? <SortBy word={word} chosen={key === sort} down={down} onClick={() => onSort(key)} /> : word}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {agents.slice(0, shown).map((agent) => (
            <Row key={agent.agent_id} agent={agent} />
          ))}
        </tbody>
      </table>
      {agents.length > shown && (
        <p className={classes.more}>
          {shown} of {agents.length} workloads{sort ? "" : ", the most urgent first"}.
          <Button variant="subtle" color="gray" size="sm" onClick={() => setShown(shown + AT_ONCE)}>
            Show {Math.min(AT_ONCE, agents.length - shown)} more
          </Button>
        </p>
      )}
    </>
  );
}

function SortBy({ word, chosen, down, onClick }) {
  return (
    <button type="button" className={classes.sort} onClick={onClick} data-chosen={chosen || undefined}>
      {word}
      <span aria-hidden>{chosen ? (down ? "↓" : "↑") : ""}</span>
    </button>
  );
}

const Row = memo(function Row({ agent }) {
  return (
    <tr data-state={agent.state}>
      <th scope="row" className={classes.name}>
        <Link to={`/agents/${agent.agent_id}`}>{agent.logical_name}</Link>
      </th>
      <td data-label="State">
        <Sign state={agent.state} />
        <Notice agent={agent} />
      </td>
      <td data-label="Primary">
        <Machine machine={agent.primary} />
      </td>
      <td data-label="Replica">
        <Standby replica={agent.replica} />
      </td>
      <td data-label="Price">
        <PriceBar
          price={agent.primary?.price_usd_per_hour}
          onDemand={agent.primary?.on_demand_usd_per_hour}
          lifecycle={agent.primary?.lifecycle}
          stale={agent.primary?.price_is_stale}
        />
      </td>
      <td data-label="Heard" className={classes.quiet}>
        <Time at={agent.last_seen_at} />
      </td>
    </tr>
  );
});

function Notice({ agent }) {
  const left = useTimeLeft(agent.notice_deadline);
  if (agent.notice_status === "none") return null;
  return <span className={classes.sub}>{left ? `ends in ${left}` : `${agent.notice_status} announced`}</span>;
}

function Machine({ machine }) {
  if (!machine) return MISSING;
  return (
    <>
      <span>{machine.instance_type}</span>
      <span className={classes.sub}>
        {machine.az_id} · {machine.lifecycle === "spot" ? "Spot" : "On-Demand"}
      </span>
    </>
  );
}

function Standby({ replica }) {
  if (!replica) return <span className={classes.quiet}>not needed</span>;
  return (
    <>
      <span>{STANDBY[replica.status] ?? replica.status}</span>
      <span className={classes.sub}>
        {replica.instance_type} · {replica.az_id}
      </span>
    </>
  );
}
