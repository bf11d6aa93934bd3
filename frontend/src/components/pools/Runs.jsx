// The runs that made one price per pool and five minutes out of everything that was seen.
import rows from "../Rows.module.css";
import { seconds } from "../../services/format.js";
import { Time } from "../Time.jsx";

const WORDS = { queued: "Waiting", running: "Running", done: "Done", failed: "Failed" };
const COUNTS = [
  ["rows_in", "Read"],
  ["rows_deduplicated", "Doubles"],
  ["rows_interpolated", "Interpolated"],
  ["rows_backfilled", "From AWS"],
  ["rows_out", "Written"],
];
const number = new Intl.NumberFormat("en-GB");

export function Runs({ runs }) {
  return (
    <table className={rows.table}>
      <thead>
        <tr>
          {["Run", "State", ...COUNTS.map(([, word]) => word), "Took"].map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <tr key={run.job_id}>
            <td data-label="Run">
              <Time at={run.requested_at} />
            </td>
            <td data-label="State">{run.error ? `${WORDS[run.status]}: ${run.error}` : WORDS[run.status]}</td>
            {COUNTS.map(([name, word]) => (
              <td key={name} data-label={word}>
                {number.format(run[name])}
              </td>
            ))}
            <td data-label="Took">{seconds(run.duration_seconds)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
