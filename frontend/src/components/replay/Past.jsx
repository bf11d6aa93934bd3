// The replays of the last thirty days, newest first; each opens what it came to.
import classes from "./Replay.module.css";
import { titleOf } from "./Result.jsx";
import { STATES } from "./words.js";
import rows from "../Rows.module.css";
import { Mark } from "../Sign.jsx";
import { Time } from "../Time.jsx";

export function Past({ replays, chosen, onChoose }) {
  return (
    <table className={rows.table}>
      <thead>
        <tr>
          <th scope="col">Replay</th>
          <th scope="col">State</th>
          <th scope="col">Asked</th>
          <th scope="col">What it came to</th>
        </tr>
      </thead>
      <tbody>
        {replays.map((replay) => (
          <tr key={replay.replay_id}>
            <th scope="row">
              <button type="button" className={`${rows.link} ${classes.open}`} aria-pressed={replay.replay_id === chosen} onClick={() => onChoose(replay.replay_id)}>
                {titleOf(replay)}
              </button>
            </th>
            <td data-label="State">
              <Mark {...STATES[replay.status]} moving={replay.status === "running"} />
            </td>
            <td data-label="Asked">
              <Time at={replay.requested_at} />
            </td>
            <td data-wide>{replay.sentence}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
