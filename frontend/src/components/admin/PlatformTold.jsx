// What the platform told its administrator: how grave, what, when, and what the log said before.
import classes from "./Admin.module.css";
import { GRAVITY } from "../inbox/Notification.jsx";
import { Mark } from "../Sign.jsx";
import { Time } from "../Time.jsx";

export function PlatformTold({ notifications }) {
  return (
    <ul className={classes.rows}>
      {notifications.map((one) => (
        <li key={one.notification_id}>
          <div className={classes.letter}>
            <span className={classes.name}>{one.title}</span>
            <span className={classes.sub}>
              <Mark {...(GRAVITY[one.severity] ?? GRAVITY.info)} /> <Time at={one.created_at} />
            </span>
            <Lines lines={one.details?.diagnostic_logs} />
          </div>
        </li>
      ))}
    </ul>
  );
}

function Lines({ lines }) {
  if (!lines?.length) return null;
  return (
    <details className={classes.body}>
      <summary>Last lines of its log</summary>
      <pre tabIndex={0}>{lines.map(({ at, level, component, message }) => `${at} ${level} [${component}] ${message}`).join("\n")}</pre>
    </details>
  );
}
