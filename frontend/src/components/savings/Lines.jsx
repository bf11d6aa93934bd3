// The single lines behind a figure.
import { LINE_NAMES, dayName } from "./words.js";
import { Stale } from "./DayTable.jsx";
import { Card } from "../cards/Card.jsx";
import { Heads } from "../Heads.jsx";
import rows from "../Rows.module.css";
import { useLedger } from "../../hooks/useSavings.js";
import { seconds, unitPrice } from "../../services/format.js";
import { usd } from "../../services/money.js";

const HEADS = ["Workload", "Hour (UTC)", "Line", "From → to", "Time", "Price", "Amount"];

export function LinesOfDay({ day }) {
  const state = useLedger({ from: day, to: day, limit: 200 });
  return (
    <Card title={`Lines of ${dayName(day)}`} state={state} empty={{ when: ({ lines }) => !lines.length, title: "Nothing booked on this day" }}>
      {({ lines, next_cursor: more }) => (
        <>
          <table className={rows.table}>
            <Heads of={HEADS} />
            <tbody>
              {lines.map((line) => (
                <Line key={line.line_id} line={line} />
              ))}
            </tbody>
          </table>
          {more && <p className={rows.more}>The newest 200 lines; the API has them all.</p>}
        </>
      )}
    </Card>
  );
}

function Line({ line }) {
  return (
    <tr>
      <th scope="row" className={rows.name}>
        {line.agent_name}
        <span className={rows.sub}>{line.ec2_instance_id}</span>
      </th>
      <td data-label="Hour (UTC)">{line.hour.slice(11, 16)}</td>
      <td data-label="Line">{LINE_NAMES[line.line]}</td>
      <td data-label="From → to" className={rows.quiet}>
        {ACCOUNTS[line.debit]} → {ACCOUNTS[line.credit]}
      </td>
      <td data-label="Time" className={rows.nowrap}>{seconds(line.seconds, 0)}</td>
      <td data-label="Price">
        {unitPrice(line.usd_per_hour)} {line.stale && <Stale />}
      </td>
      <td data-label="Amount">{usd(line.usd)}</td>
    </tr>
  );
}

const ACCOUNTS = {
  on_demand_equivalent: "On-Demand",
  savings: "savings",
  compute: "compute",
  replicas: "replicas",
  fallback: "fallback",
  zombies: "zombies",
};
