// received → ordered → launched → booted → ready → promoted → serving → ended, each with its seconds.
import classes from "./Steps.module.css";
import { QUARTER_MS, useTicking } from "../../hooks/useClock.jsx";
import { MISSING, seconds } from "../../services/format.js";

// The step that is awaited counts on. A rebalance may rest before two of them: nothing follows until AWS announces more.
export function Steps({ incident }) {
  const { steps, closed_at: closed, kind, opened_at: since } = incident;
  const awaited = closed ? -1 : steps.findIndex((step) => !step.at);
  const standby = kind === "rebalance" && ["ordered", "promoted"].includes(steps[awaited]?.key);
  return (
    <ol className={classes.steps}>
      {steps.map((step, n) => (
        <li
          key={step.key}
          data-done={step.at ? true : undefined}
          data-current={n === awaited || undefined}
          aria-current={n === awaited ? "step" : undefined}
        >
          <span className={classes.label}>{step.label}</span>
          <span className={classes.when}>
            {n === awaited && !standby ? <Running since={since} /> : when(step, n === awaited, closed)}
          </span>
        </li>
      ))}
    </ol>
  );
}

// Whole seconds until it is done and known to the tenth.
function Running({ since }) {
  const gone = useTicking((now) => Math.max(0, Math.floor((now - new Date(since)) / 1000)), QUARTER_MS);
  return <span className={classes.running}>{gone} s …</span>;
}

function when(step, isAwaited, closed) {
  if (step.at) return after(step.seconds_since_received);
  if (isAwaited) return "if announced";
  return closed ? "not needed" : MISSING;
}

// "+ 3.3 s" after the notice; the first step is the notice itself.
function after(gone) {
  return gone ? `+ ${seconds(gone)}` : "0 s";
}
