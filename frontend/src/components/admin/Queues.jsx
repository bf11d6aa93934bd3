// What waits, with its light, its oldest, and what to do about it.
import classes from "./Admin.module.css";
import { plural } from "../../services/format.js";
import { Light, Mark } from "../Sign.jsx";

const QUEUES = {
  actions: "Intents for AWS",
  commands: "Orders to hosts",
  notices: "Notices to handle",
  dead_letters: "Dead letters",
};

// Processes are shown where one of them asks for help.
export function Queues({ queues, processes = [] }) {
  return (
    <ul className={classes.rows} data-feature-id="admin-health-traffic-unique-indep-view-workers">
      {queues.map((one) => (
        <li key={one.queue}>
          <span className={classes.name}>
            {QUEUES[one.queue] ?? one.queue}
            <span className={classes.sub}>{one.hint ? `${one.hint[0].toUpperCase()}${one.hint.slice(1)}.` : depth(one)}</span>
          </span>
          <Light status={one.status} />
        </li>
      ))}
      {processes.map((one) =>
        one.hint ? (
          <li key={one.process}>
            <span className={classes.name}>
              Process {one.process}
              <span className={classes.sub}>{`${one.hint[0].toUpperCase()}${one.hint.slice(1)}.`}</span>
            </span>
            <Mark word="Busy" color="orange" />
          </li>
        ) : null,
      )}
    </ul>
  );
}

function depth({ queue_depth: waiting, oldest_age_seconds: oldest }) {
  if (waiting === 0) return "nothing waits";
  return `${plural(waiting, "entry", "entries")}, the oldest for ${oldest} s`;
}
