// The machines of one workload and their roles: who serves, who stands by, who was left behind.
import classes from "./RoleStrip.module.css";
import { RoleMark } from "../Sign.jsx";
import { Time } from "../Time.jsx";

const SHOWN = 4;
const ORDER = ["PRIMARY", "REPLICA", "ZOMBIE", "TERMINATED"];

export function RoleStrip({ instances }) {
  const sorted = [...instances].sort((a, b) => ORDER.indexOf(a.role) - ORDER.indexOf(b.role));
  return (
    <ul className={classes.strip} aria-label="Instances and their roles">
      {sorted.slice(0, SHOWN).map((instance) => (
        <li key={instance.instance_id} data-role={instance.role}>
          <RoleMark role={instance.role} />
          <span className={classes.id}>{instance.ec2_instance_id ?? "being launched"}</span>
          <span className={classes.place}>
            {instance.instance_type} · {instance.az_id} · {instance.lifecycle === "spot" ? "Spot" : "On-demand"}
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
        </li>
      ))}
    </ul>
  );
}
