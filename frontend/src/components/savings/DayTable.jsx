// The ledger by day, as figures: each net leads to its lines.
import { LINES, dayName } from "./words.js";
import rows from "../Rows.module.css";
import { gain, usd } from "../../services/money.js";
import { Dashed } from "../Sign.jsx";

export function DayTable({ days, chosen, onChoose }) {
  return (
    <table className={rows.table}>
      <thead>
        <tr>
          <th scope="col">Day (UTC)</th>
          {Object.values(LINES).map((word) => (
            <th key={word} scope="col">
              {word}
            </th>
          ))}
          <th scope="col">Net</th>
        </tr>
      </thead>
      <tbody>
        {[...days].reverse().map((day) => (
          <Day key={day.period} day={day} isChosen={day.period === chosen} onChoose={onChoose} />
        ))}
      </tbody>
    </table>
  );
}

function Day({ day, isChosen, onChoose }) {
  return (
    <tr>
      <th scope="row">
        {dayName(day.period)} {day.stale && <Stale />}
      </th>
      {Object.entries(LINES).map(([line, word]) => (
        <td key={line} data-label={word} className={rows.quiet}>
          {usd(day[line])}
        </td>
      ))}
      <td data-label="Net">
        <button type="button" className={rows.link} aria-pressed={isChosen} onClick={() => onChoose(day.period)}>
          {gain(day.net)}
        </button>
      </td>
    </tr>
  );
}

// INV-21: the price feed had fallen silent.
export function Stale() {
  return <Dashed>last known price + 10 %</Dashed>;
}
