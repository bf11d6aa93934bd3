// One thing that was told: how grave, what, when, and where to look.
import { Button } from "@mantine/core";
import { Link } from "react-router";

import classes from "./Notification.module.css";
import { Sentence } from "../Sentence.jsx";
import { Mark } from "../Sign.jsx";
import { Time } from "../Time.jsx";

export const GRAVITY = {
  critical: { word: "Urgent", color: "red" },
  warning: { word: "Warning", color: "orange" },
  info: { word: "Note", color: "gray" },
};

export function Notification({ told, onRead }) {
  const { word, color } = GRAVITY[told.severity] ?? GRAVITY.info;
  const unread = !told.read_at;
  return (
    <li className={classes.told} data-unread={unread || undefined}>
      <span className={classes.gravity}>
        <Mark word={word} color={color} />
      </span>
      <div className={classes.words}>
        <p className={classes.title}>
          {told.link ? (
            <Link to={told.link} onClick={unread ? onRead : undefined}>
              {told.title}
            </Link>
          ) : (
            told.title
          )}
          {unread && <span className={classes.new}>unread</span>}
        </p>
        <p className={classes.text}>
          <Sentence>{told.text.replace(/[^.]$/, "$&.")}</Sentence>
        </p>
      </div>
      <span className={classes.when}>
        <Time at={told.created_at} />
      </span>
      {unread && onRead && (
        <Button variant="subtle" color="gray" size="sm" onClick={onRead} aria-label={`Mark as read: ${told.title}`}>
          Mark as read
        </Button>
      )}
    </li>
  );
}
