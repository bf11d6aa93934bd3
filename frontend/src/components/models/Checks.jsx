// The checks of an upload, in order, up to the first that failed.
import { IconCheck, IconX } from "@tabler/icons-react";

import classes from "./Checks.module.css";

export function Checks({ model }) {
  return (
    <ol className={classes.checks} aria-label={`Checks of ${model.name} ${model.version}`}>
      {model.checks.map(({ name, passed, sentence }) => (
        <li key={name} data-tone={passed ? "good" : "bad"}>
          {passed ? <IconCheck size={16} aria-hidden /> : <IconX size={16} aria-hidden />}
          <span>
            <strong>
              {name}: {passed ? "passed" : "failed"}
            </strong>
            <span>{sentence}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}
