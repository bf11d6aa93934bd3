// Each promised figure with a bar: how much of what is allowed was used, or how much of what is asked was reached.
import classes from "./Targets.module.css";
import { MISSING, dollars, percent, seconds } from "../../services/format.js";
import { Mark } from "../Sign.jsx";

const WORDS = { true: { word: "Met", color: "teal" }, false: { word: "Missed", color: "red" }, null: { word: "Not measured", color: "gray" } };
const MEASURED = { word: "Measured", color: "gray" };

// Group by group, in the order in which they come; what is fixed for ever is folded away.
export function TargetGroups({ targets }) {
  const names = [...new Set(targets.map((one) => one.group))];
  return names.map((name) => {
    const mine = targets.filter((one) => one.group === name);
    return name === FOLDED ? (
      <details key={name} className={classes.folded}>
        <summary>
          {name} <span className={classes.tally}>{tally(mine)}</span>
        </summary>
        <TargetList targets={mine} />
      </details>
    ) : (
      <section key={name} aria-label={name}>
        <h3 className={classes.group}>
          {name} <span className={classes.tally}>{tally(mine)}</span>
        </h3>
        <TargetList targets={mine} />
      </section>
    );
  });
}

const FOLDED = "Rules";
const TALLIED = [
  [false, "missed"],
  [true, "met"],
  [null, "not measured"],
];

// "1 missed, 4 met": of those that have a target.
export function tally(targets) {
  const counts = TALLIED.map(([answer, word]) => [targets.filter((one) => one.target != null && one.met === answer).length, word]);
  return counts.flatMap(([n, word]) => (n ? [`${n} ${word}`] : [])).join(", ");
}

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
  const longest = one.better !== "more" ? Math.max(1.25 * one.target, one.current) : 1;
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
  if (unit === "usd") return dollars(value);
  if (unit === "mb") return `${Math.round(value)} MB`;
  if (unit === "count") return String(Math.round(10 * value) / 10);
  if (unit === "s" && value >= 600) return long(value);
  return unit === "ms" ? `${value < 10 ? value.toFixed(1) : Math.round(value)} ms` : seconds(value, value < 10 ? 2 : 0);
}

const long = (value) => (value >= 172_800 ? `${Math.round(value / 86_400)} days` : value >= 7200 ? `${Math.round(value / 3600)} h` : `${Math.round(value / 60)} min`);

const SIDES = { less: "at most", more: "at least", same: "exactly" };

function goal({ target, unit, better }) {
  if (target == null) return "no target: it is only measured";
  return `${SIDES[better]} ${inWords(target, unit).replace(/\.0+ /, " ")}`;
}

function basis({ samples, window, id, group, reason }) {
  const name = id === "LIVE" ? "" : `${id.split(" ")[0]} · `;
  if (reason) return `${name}${reason} (${window})`;
  return group === FOLDED ? `${name}${window}` : `${name}${samples.toLocaleString("en-US")} measured, ${window}`;
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);
