// The chart's figures as a table, and each policy's actions to keep.
import classes from "./PolicyTable.module.css";
import { KINDS, UPRIGHT, between } from "./words.js";
import { KeepFile } from "../KeepFile.jsx";
import { Mark } from "../Sign.jsx";
import pages from "../../pages/Page.module.css";
import { api } from "../../services/apiClient.js";
import { percent } from "../../services/format.js";
import { usd } from "../../services/money.js";

const COLUMNS = [
  ["cost, of On-Demand", "cost_over_on_demand", (value) => percent(value, 1)],
  ["net saved", "net_saving_usd", usd],
  ["away a month", "downtime_seconds_per_workload_month", UPRIGHT.downtime_seconds_per_workload_month.short],
  ["interruptions a month", "interruptions_per_workload_month", UPRIGHT.interruptions_per_workload_month.short],
  ["moves a month", "moves_per_workload_month", (value) => value.toFixed(2)],
];

export function PolicyTable({ report }) {
  return (
    <table className={classes.compare}>
      <thead>
        <tr>
          <th scope="col">Policy</th>
          {COLUMNS.map(([word]) => (
            <th key={word} scope="col">
              {word}
            </th>
          ))}
          <th scope="col">
            <span className={pages.unseen}>Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {report.policies.map((one) => (
          <Row key={one.policy} report={report} one={one} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ report, one }) {
  const log = report.logs[one.policy];
  return (
    <tr>
      <th scope="row">
        {one.policy}
        <span className={pages.reason}>{one.words}</span>
        {one.is_on_front && one.kind === "own" && <Mark word="Nobody beats it in both" color="teal" />}
      </th>
      {COLUMNS.map(([word, key, write]) => (
        <td key={key} data-label={word}>
          <Figure figure={one.figures[key]} write={write} />
        </td>
      ))}
      <td data-wide>
        {log ? (
          <KeepFile
            word="Actions"
            size="xs"
            about={`Keep the ${log.actions} actions of ${one.policy}`}
            ask={() => api.replayActions(report.replay_id, one.policy)}
            name={`actions-${one.policy}.jsonl`}
          />
        ) : (
          <span className={classes.kind}>{KINDS[one.kind]}</span>
        )}
      </td>
    </tr>
  );
}

function Figure({ figure, write }) {
  const span = between(figure, write);
  return (
    <span className={pages.figure}>
      {write(figure.mean)}
      {span && <span className={pages.reason}>{span}</span>}
    </span>
  );
}
