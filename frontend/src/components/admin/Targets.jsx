// Each promised figure with a bar: how much of what is allowed was used, or how much of what is asked was reached.
import classes from "./Targets.module.css";
import { MISSING, percent, seconds } from "../../services/format.js";
import { Mark } from "../Sign.jsx";

const WORDS = { true: { word: "Met", color: "teal" }, false: { word: "Missed", color: "red" }, null: { word: "Not measured", color: "gray" } };
const MEASURED = { word: "Measured", color: "gray" };

export function TargetList({ targets }) {
  return (
    <ul className={classes.list}>
      {targets.map((one) => (
        <li key={one.id}>
          <div className={classes.name}>
            {capital(one.name)}
            <span className={classes.quiet}>{basis(one)}</span>
          </div>
          <Bar one={one} />
          <div className={classes.value}>
            {inWords(one.current, one.unit)}
            <span className={classes.quiet}>{goal(one)}</span>
          </div>
          <div className={classes.verdict}>
            <Mark {...(one.target == null && one.current != null ? MEASURED : WORDS[one.met])} hollow={one.met == null} />
          </div>
        </li>
      ))}
    </ul>
  );
}

// To the mark is what may be used (or has to be reached); longer is worse, or better. Aria: the words beside it say it all.
function Bar({ one }) {
  if (one.current == null || one.target == null) return <span className={classes.none} aria-hidden />;
  const longest = one.better === "less" ? Math.max(1.25 * one.target, one.current) : 1;
  return (
    <span className={classes.bar} data-met={one.met} aria-hidden>
      <span className={classes.used} style={{ width: `${(100 * one.current) / longest}%` }} />
      <span className={classes.mark} style={{ left: `${(100 * one.target) / longest}%` }} />
    </span>
  );
}

export function inWords(value, unit) {
  if (value == null) return MISSING;
  if (unit === "share") return percent(value, value > 0 && value < 1 ? 1 : 0);
  return unit === "ms" ? `${value < 10 ? value.toFixed(1) : Math.round(value)} ms` : seconds(value, value < 10 ? 2 : 0);
}

function goal({ target, unit, better }) {
  if (target == null) return "no target: it is only measured";
  return `${better === "less" ? "at most" : "at least"} ${inWords(target, unit).replace(/\.0+ /, " ")}`;
}

const basis = ({ samples, window, id }) => `${id === "LIVE" ? "" : `${id} · `}${samples.toLocaleString("en-US")} measured, ${window}`;

const capital = (text) => text[0].toUpperCase() + text.slice(1);
