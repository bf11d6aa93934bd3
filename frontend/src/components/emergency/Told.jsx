// Who was told, and when.
import classes from "./Timeline.module.css";
import { Time } from "../Time.jsx";

export function Told({ told }) {
  return (
    <ol className={classes.timeline}>
      {told.map((message) => (
        <li key={message.at + message.title}>
          <span className={classes.at}>
            <Time at={message.at} precise />
          </span>
          <span>{message.title}</span>
        </li>
      ))}
    </ol>
  );
}
