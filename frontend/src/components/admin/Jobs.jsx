// The timetable: how each job ended last, how long it took, and what it counted.
import classes from "./Admin.module.css";
import { plural } from "../../services/format.js";
import { Light } from "../Sign.jsx";
import { Time } from "../Time.jsx";

export function Jobs({ jobs }) {
  const [failed, well] = [jobs.filter(({ outcome }) => outcome !== "done"), jobs.filter(({ outcome }) => outcome === "done")];
  return (
    <>
      {failed.length > 0 && <Runs jobs={failed} />}
      <p className={classes.words}>
        {failed.length ? `${plural(well.length, "other job")} ended well.` : `Each of ${plural(well.length, "job")} ended well at its last run.`}
      </p>
      {well.length > 0 && (
        <details className={classes.more}>
          <summary>Each with what it did</summary>
          <Runs jobs={well} />
        </details>
      )}
    </>
  );
}

function Runs({ jobs }) {
  return (
    <ul className={classes.rows}>
      {jobs.map((one) => (
        <li key={one.job}>
          <span className={classes.name}>
            {name(one.job)}
            <span className={classes.sub}>{counted(one.counts)}</span>
          </span>
          <span className={classes.end}>
            <Light status={one.outcome} />
            <span className={classes.sub}>
              <Time at={one.finished_at} />, took {one.duration_ms < 1000 ? `${Math.round(one.duration_ms)} ms` : `${(one.duration_ms / 1000).toFixed(1)} s`}
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}

export function name(job) {
  const words = job.replaceAll("_", " ");
  return words[0].toUpperCase() + words.slice(1);
}

// What a run counted, its noughts left out; what went wrong in its own words.
function counted(counts) {
  if (counts.error) return counts.error;
  const told = Object.entries(counts).filter(([, value]) => value && typeof value !== "object");
  if (told.length === 0) return "nothing to do";
  return told.map(([key, value]) => `${key.replaceAll("_", " ")}${value === true ? "" : `: ${value}`}`).join(", ");
}
