// One row per workload, worst first (the server sorts). On the phone each row becomes a block.
import { Link } from "react-router";

import classes from "./FleetTable.module.css";
import { PriceBar } from "./PriceBar.jsx";
import { useServerNow } from "../../hooks/useClock.jsx";
import { MISSING, countdown } from "../../services/format.js";
import { Sign } from "../Sign.jsx";
import { Time } from "../Time.jsx";

const HEADS = ["Workload", "State", "Primary", "Replica", "Price against on-demand", "Heard"];

export function FleetTable({ agents, serverTime }) {
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          {HEADS.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {agents.map((agent) => (
          <Row key={agent.agent_id} agent={agent} serverTime={serverTime} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ agent, serverTime }) {
  return (
    <tr data-state={agent.state}>
      <th scope="row" className={classes.name}>
        <Link to={`/agents/${agent.agent_id}`}>{agent.logical_name}</Link>
      </th>
      <td data-label="State">
        <Sign state={agent.state} />
        <Notice agent={agent} serverTime={serverTime} />
      </td>
      <td data-label="Primary">
        <Machine machine={agent.primary} />
      </td>
      <td data-label="Replica">
        <Standby replica={agent.replica} />
      </td>
      <td data-label="Price">
        <PriceBar price={agent.primary?.price_usd_per_hour} onDemand={agent.primary?.on_demand_usd_per_hour} lifecycle={agent.primary?.lifecycle} />
      </td>
      <td data-label="Heard" className={classes.heard}>
        <Time at={agent.last_seen_at} />
      </td>
    </tr>
  );
}

function Notice({ agent, serverTime }) {
  const now = useServerNow(serverTime);
  if (agent.notice_status === "none") return null;
  const left = agent.notice_deadline && (new Date(agent.notice_deadline) - now) / 1000;
  return <span className={classes.sub}>{left > 0 ? `ends in ${countdown(left)}` : `${agent.notice_status} announced`}</span>;
}

function Machine({ machine }) {
  if (!machine) return MISSING;
  return (
    <>
      <span>{machine.instance_type}</span>
      <span className={classes.sub}>
        {machine.az_id} · {machine.lifecycle === "spot" ? "Spot" : "On-demand"}
      </span>
    </>
  );
}

const STANDBY = { launching: "Launching", syncing: "Booting", ready: "Ready" };

function Standby({ replica }) {
  if (!replica) return <span className={classes.none}>not needed</span>;
  return (
    <>
      <span>{STANDBY[replica.status] ?? replica.status}</span>
      <span className={classes.sub}>
        {replica.instance_type} · {replica.az_id}
      </span>
    </>
  );
}
