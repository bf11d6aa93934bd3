// Orders to the host and what became of them.
import classes from "../emergency/Timeline.module.css";
import { Sentence } from "../Sentence.jsx";
import { Time } from "../Time.jsx";

const STATES = {
  pending: "waits to be fetched",
  leased: "was fetched",
  executing: "is being done",
  completed: "is done",
  failed: "failed",
  expired: "expired",
};

export function Commands({ commands }) {
  return (
    <ol className={classes.timeline}>
      {commands.map((command) => (
        <li key={command.command_id}>
          <span className={classes.at}>
            <Time at={command.created_at} precise />
          </span>
          <span>
            <Sentence>{told(command)}</Sentence>
          </span>
        </li>
      ))}
    </ol>
  );
}

function told({ kind, status, result, ec2_instance_id: machine }) {
  return `${kind.replaceAll("_", " ")} on ${machine} ${STATES[status] ?? status}${result ? `: ${result}` : ""}.`;
}
