// Every emergency, newest first: what it was, how it ended, how long a workload was away.
import { useDocumentTitle } from "@mantine/hooks";
import { Link } from "react-router";

import pages from "./Page.module.css";
import classes from "../components/fleet/FleetTable.module.css";
import { Card } from "../components/cards/Card.jsx";
import { Time } from "../components/Time.jsx";
import { useIncidents } from "../hooks/useFleet.js";
import { seconds } from "../services/format.js";

const EMPTY = {
  when: ({ incidents }) => incidents.length === 0,
  title: "No emergency yet",
  text: "When AWS announces an interruption or recommends a rebalance, it is listed here with its outcome and the measured downtime.",
};

const OUTCOMES = { expired: "False alarm", evicted: "Taken by AWS", gone: "Nothing ran on it", stale_unfounded: "Unfounded" };

function ending({ serving_at: carried, closed_at: closed, outcome }) {
  if (carried) return "Carried over";
  return closed ? (OUTCOMES[outcome] ?? "Over") : "Open";
}

const KINDS = { rebalance: "Rebalance", termination: "Interruption", no_notice: "Loss without notice" };

export default function EmergenciesPage() {
  useDocumentTitle("Emergencies · Spot Optimizer");
  return (
    <>
      <header className={pages.head}>
        <h1>Emergencies</h1>
      </header>
      <Card state={useIncidents()} empty={EMPTY}>
        {({ incidents }) => <List incidents={incidents} />}
      </Card>
    </>
  );
}

function List({ incidents }) {
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          {["Workload", "State", "What happened", "Without service", "When"].map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {incidents.map((incident) => (
          <tr key={incident.incident_id}>
            <th scope="row" className={classes.name}>
              <Link to={`/agents/${incident.agent_id}`}>{incident.agent_name}</Link>
            </th>
            <td data-label="State">{ending(incident)}</td>
            <td data-wide>
              {KINDS[incident.kind]}
              <span className={pages.reason}>{incident.sentence}.</span>
            </td>
            <td data-label="Without service" className={pages.figure}>{seconds(incident.downtime_seconds)}</td>
            <td data-label="When" className={pages.figure}>
              <Time at={incident.opened_at} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
