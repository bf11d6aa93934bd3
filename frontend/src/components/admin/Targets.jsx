// Each promised figure with a bar: how much of what is allowed was used, or how much of what is asked was reached.
import classes from "./Targets.module.css";
import { MISSING, dollars, percent, seconds } from "../../services/format.js";
import { Mark } from "../Sign.jsx";

const WORDS = { true: { word: "Met", color: "teal" }, false: { word: "Missed", color: "red" }, null: { word: "Not measured", color: "gray" } };
const MEASURED = { word: "Measured", color: "gray" };

// Group by group, in the order in which they come. What nobody measured and what is fixed for ever is folded away.
export function TargetGroups({ targets }) {
  const names = [...new Set(targets.map((one) => one.group))];
  return names.map((name) => <Group key={name} name={name} targets={targets.filter((one) => one.group === name)} />);
}

function Group({ name, targets }) {
  const head = <Head name={name} targets={targets} />;
  if (name === FOLDED) return <Folded words={head}>{<TargetList targets={targets} />}</Folded>;
  const [known, unknown] = [targets.filter((one) => one.current != null), targets.filter((one) => one.current == null)];
  return (
    <section aria-label={name}>
      <h3 className={classes.group}>{head}</h3>
      {known.length > 0 && <TargetList targets={known} />}
      {unknown.length > 0 && (
        <Folded words={`${unknown.length} not measured`}>
          <Unknown targets={unknown} />
        </Folded>
      )}
    </section>
  );
}

const Head = ({ name, targets }) => (
  <>
    {name} <span className={classes.tally}>{tally(targets)}</span>
  </>
);

const Folded = ({ words, children }) => (
  <details className={classes.folded}>
    <summary>{words}</summary>
    {children}
  </details>
);

// What was promised, and why nobody measured it.
function Unknown({ targets }) {
  return (
    <ul className={classes.list}>
      {targets.map((one) => (
        <li key={one.id} data-unknown>
          <div className={classes.name}>
            {capital(one.name)}
            <span className={classes.quiet}>{basis(one)}</span>
          </div>
          <span className={classes.quiet}>{goal(one)}</span>
        </li>
      ))}
    </ul>
  );
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
  if (unit === "s" && value > 0 && value < 0.1) return inWords(1000 * value, "ms");
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
