// Is anything wrong now? Open emergencies with what is left of their time, or one calm sentence.
import { Link } from "react-router";

import classes from "./NowBand.module.css";
import { useServerNow } from "../../hooks/useClock.jsx";
import { countdown, plural } from "../../services/format.js";
import { SIGNS } from "../../theme.js";

const WORRYING = ["interrupted", "at_risk"];

export function NowBand({ agents, serverTime }) {
  const troubled = agents.filter((agent) => WORRYING.includes(agent.state) || agent.notice_status !== "none");
  if (troubled.length === 0) return <Calm agents={agents} />;
  return (
    <div className={classes.band} data-tone={troubled.some((agent) => agent.state === "interrupted") ? "red" : "amber"} role="status">
      <h1>{headline(troubled)}</h1>
      <ul>
        {troubled.slice(0, 5).map((agent) => (
          <Trouble key={agent.agent_id} agent={agent} serverTime={serverTime} />
        ))}
      </ul>
    </div>
  );
}

function Calm({ agents }) {
  const serving = agents.filter((agent) => agent.serving).length;
  const all = serving === agents.length;
  return (
    <div className={classes.band} data-tone={all ? "green" : "blue"} role="status">
      <h1>{all ? `All ${plural(serving, "workload")} serve.` : `${serving} of ${plural(agents.length, "workload")} serve.`}</h1>
      <p>{all ? "AWS has announced nothing. Nothing needs you." : "The others are starting. Nothing needs you yet."}</p>
    </div>
  );
}

function Trouble({ agent, serverTime }) {
  const now = useServerNow(serverTime);
  const left = agent.notice_deadline && (new Date(agent.notice_deadline) - now) / 1000;
  return (
    <li>
      <Link to={`/agents/${agent.agent_id}`}>{agent.logical_name}</Link>
      <span>{left > 0 ? `${countdown(left)} until AWS takes the instance` : SIGNS[agent.state].word.toLowerCase()}</span>
    </li>
  );
}

function headline(troubled) {
  const away = troubled.filter((agent) => agent.state === "interrupted").length;
  if (away) return `${plural(away, "workload")} ${away === 1 ? "is" : "are"} interrupted.`;
  return troubled.length === 1 ? `${troubled[0].logical_name} is at risk, and serves.` : `${troubled.length} workloads are at risk, and serve.`;
}
