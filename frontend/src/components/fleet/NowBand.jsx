// Is anything wrong now? Open emergencies with what is left of their time, or one calm sentence.
import { Link } from "react-router";

import classes from "./NowBand.module.css";
import { useTicking, useTimeLeft } from "../../hooks/useClock.jsx";
import { ago, plural, seconds } from "../../services/format.js";
import { SIGNS } from "../../theme.js";
import { ending } from "../emergency/words.js";

const WORRYING = ["interrupted", "at_risk"];
const LISTED = 5;

// `last` is the newest incident, if there was one.
export function NowBand({ agents, last }) {
  const troubled = agents.filter((agent) => WORRYING.includes(agent.state) || agent.notice_status !== "none");
  return troubled.length ? <Troubled agents={troubled} /> : <Calm agents={agents} last={last} />;
}

// Only the headline is read aloud when it changes; the seconds below it tick silently.
export function Band({ tone, headline, children }) {
  return (
    <div className={classes.band} data-tone={tone}>
      <div role="status">
        <h1>{headline}</h1>
      </div>
      {children}
    </div>
  );
}

function Troubled({ agents }) {
  const away = agents.filter((agent) => agent.state === "interrupted").length;
  return (
    <Band tone={away ? "red" : "amber"} headline={headline(agents, away)}>
      <ul>
        {agents.slice(0, LISTED).map((agent) => (
          <Trouble key={agent.agent_id} agent={agent} />
        ))}
        {agents.length > LISTED && <li>and {agents.length - LISTED} more below</li>}
      </ul>
    </Band>
  );
}

function Trouble({ agent }) {
  const left = useTimeLeft(agent.notice_deadline);
  return (
    <li>
      <Link to={`/agents/${agent.agent_id}`}>{agent.logical_name}</Link>
      <span>{left ? `${left} until AWS takes its instance` : covered(agent)}</span>
    </li>
  );
}

// What is known of it while no deadline runs, and whether somebody stands by.
function covered({ notice_status: notice, state, replica }) {
  const why = notice === "rebalance" ? "AWS recommends moving off its instance" : SIGNS[state].word.toLowerCase();
  if (!replica) return why;
  return `${why}; a replica ${replica.status === "ready" ? "is ready to take over" : "is being prepared"}`;
}

function headline(agents, away) {
  if (away) return `${plural(away, "workload")} ${away === 1 ? "is" : "are"} interrupted.`;
  return agents.length === 1
    ? `${agents[0].logical_name} is at risk, and serves.`
    : `${agents.length} workloads are at risk, and serve.`;
}

function Calm({ agents, last }) {
  const watched = agents.filter((agent) => agent.state !== "observed");
  const starting = watched.filter((agent) => agent.state === "preparing");
  if (agents.length === 0) return <Band tone="blue" headline="No workload yet." />;
  if (starting.length) return <Starting starting={starting} all={watched.length} />;
  return (
    <Band tone="green" headline={allServe(watched.length)}>
      <p>{last ? <Past incident={last} /> : "AWS has announced nothing so far."} Nothing needs you.</p>
    </Band>
  );
}

function Starting({ starting, all }) {
  const [one, ...others] = starting;
  const who = others.length
    ? `${starting.length} are starting`
    : `${one.logical_name} is ${one.incident_id ? "being carried over" : "starting"}`;
  return (
    <Band tone="blue" headline={`${all - starting.length} of ${plural(all, "workload")} serve.`}>
      <p>{who}. Nothing needs you yet.</p>
    </Band>
  );
}

function allServe(count) {
  if (count === 0) return "Every workload is only observed.";
  return count === 1 ? "The workload serves." : `All ${count} workloads serve.`;
}

function Past({ incident }) {
  const { agent_id: id, agent_name: name, opened_at: at, downtime_seconds: gap } = incident;
  const when = useTicking((now) => ago(at, now));
  const end = ending({ ...incident, carried: incident.serving_at }) ?? "Still open";
  return (
    <>
      Last emergency {when}: <Link to={`/agents/${id}`}>{name}</Link>, {end[0].toLowerCase() + end.slice(1)}
      {gap == null ? "" : `, ${seconds(gap)} without service`}.
    </>
  );
}
