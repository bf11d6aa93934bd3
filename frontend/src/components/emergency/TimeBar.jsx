// How much of the time that AWS gave the handover took: the whole length is from the notice to the deadline.
import classes from "./TimeBar.module.css";
import { MISSING, seconds } from "../../services/format.js";

export function TimeBar({ incident }) {
  const { opened_at: from, serving_at: to, deadline } = incident;
  const took = to ? gap(from, to) : null;
  if (took == null) return MISSING;
  if (!deadline) return <span className={classes.words}>{seconds(took)}</span>;
  const given = gap(from, deadline);
  return (
    <div className={classes.bar}>
      <div className={classes.track} role="img" aria-label={`${seconds(took)} of the ${seconds(given, 0)} that AWS gave`} data-late={took > given || undefined}>
        <span style={{ width: `${Math.min(100, Math.max(2, (100 * took) / given))}%` }} />
      </div>
      <span className={classes.words}>
        {seconds(took)} <span>of {seconds(given, 0)}</span>
      </span>
    </div>
  );
}

const gap = (from, to) => (new Date(to) - new Date(from)) / 1000;
