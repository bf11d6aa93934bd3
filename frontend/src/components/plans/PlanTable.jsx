// Plans that are decided: what became of each, and why.
import { Drift } from "./Drift.jsx";
import { stateOf, whoIs } from "./words.js";
import pages from "../../pages/Page.module.css";
import { unitPrice } from "../../services/format.js";
import rows from "../Rows.module.css";
import { Sentence } from "../Sentence.jsx";
import { Mark } from "../Sign.jsx";
import { Time } from "../Time.jsx";

const HEADS = ["Workload", "State", "Plan", "Saves", "When"];

export function PlanTable({ plans }) {
  return (
    <table className={rows.table}>
      <thead>
        <tr>
          {HEADS.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {plans.map((plan) => (
          <Row key={plan.plan_id} plan={plan} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ plan }) {
  return (
    <tr>
      <th scope="row" className={pages.figure}>{plan.agent_name}</th>
      <td data-label="State">
        <Mark {...stateOf(plan)} />
      </td>
      <td data-wide>
        {plan.sentence}.
        <span className={pages.reason}>
          <Sentence>{`${plan.outcome ?? "Being carried out"}${plan.decided_by ? `, decided by ${whoIs(plan.decided_by)}` : ""}.`}</Sentence>
        </span>
        {plan.drift && <Drift drift={plan.drift} />}
      </td>
      <td data-label="Saves" className={pages.figure}>
        {unitPrice(plan.expected_usd_per_hour)}
      </td>
      <td data-label="When" className={pages.figure}>
        <Time at={plan.finished_at ?? plan.decided_at ?? plan.created_at} />
      </td>
    </tr>
  );
}
