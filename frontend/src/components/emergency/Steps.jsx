// received → ordered → launched → booted → ready → promoted → serving → ended, each with its seconds.
import classes from "./Steps.module.css";
import { seconds } from "../../services/format.js";

export function Steps({ steps, over }) {
  const current = over ? null : steps.findIndex((step) => !step.at);
  return (
    <ol className={classes.steps}>
      {steps.map((step, n) => (
        <li key={step.key} data-done={step.at ? true : undefined} data-current={n === current || undefined} aria-current={n === current ? "step" : undefined}>
          <span className={classes.label}>{step.label}</span>
          <span className={classes.when}>{when(step, n === current, over)}</span>
        </li>
      ))}
    </ol>
  );
}

function when(step, isCurrent, over) {
  if (step.at) return n0(step.seconds_since_received);
  if (isCurrent) return "now";
  return over ? "not needed" : "–";
}

// "+ 3.3 s" after the notice; the first step is the notice itself.
function n0(after) {
  return after ? `+ ${seconds(after)}` : "0 s";
}
