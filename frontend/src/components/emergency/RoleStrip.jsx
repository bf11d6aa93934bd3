// The machines of one workload and their roles: who serves, who stands by, who was left behind.
import classes from "./RoleStrip.module.css";
import { RoleMark } from "../Sign.jsx";
import { Time } from "../Time.jsx";
import { STANDBY } from "../../theme.js";

const ENDED_SHOWN = 1;
const ORDER = ["PRIMARY", "REPLICA", "ZOMBIE", "TERMINATED"];

// `onRead`, where it is given, opens the log of a machine.
export function RoleStrip({ instances, replica, onRead }) {
  return (
    <ul className={classes.strip} aria-label="Instances and their roles">
      {inOrder(instances).map((instance) => (
        <li key={instance.instance_id} data-role={instance.role}>
          <RoleMark
            role={instance.role}
            note={instance.ec2_instance_id === replica?.ec2_instance_id ? STANDBY[replica.status] : null}
          />
          <span className={classes.id}>{instance.ec2_instance_id ?? "being launched"}</span>
          <span className={classes.place}>
            {instance.instance_type} · {instance.az_id} · {instance.lifecycle === "spot" ? "Spot" : "On-Demand"}
          </span>
          <span className={classes.place}>
            {instance.ended_at ? (
              <>
                ended <Time at={instance.ended_at} />
              </>
            ) : (
              <>
                since <Time at={instance.launched_at ?? instance.created_at} precise />
              </>
            )}
          </span>
          {onRead && (
            <button
              type="button"
              className={classes.read}
              aria-label={`Log of ${instance.ec2_instance_id ?? "the instance being launched"}`}
              onClick={() => onRead(instance)}
            >
              Log
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

// The living by their role, then the one that ended last; the others are in the timeline.
function inOrder(instances) {
  const living = instances.filter(({ ended_at: ended }) => !ended).sort((a, b) => ORDER.indexOf(a.role) - ORDER.indexOf(b.role));
  const ended = instances.filter(({ ended_at: ended }) => ended).sort((a, b) => b.ended_at.localeCompare(a.ended_at));
  return [...living, ...ended.slice(0, ENDED_SHOWN)];
}
