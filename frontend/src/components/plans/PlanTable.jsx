// Plans that are decided: what became of each, and why.
import { useState } from "react";

import { drifted, stateOf, whoIs } from "./words.js";
import pages from "../../pages/Page.module.css";
import { unitPrice } from "../../services/format.js";
import { Heads } from "../Heads.jsx";
import rows from "../Rows.module.css";
import { Sentence } from "../Sentence.jsx";
import { Mark } from "../Sign.jsx";
import { Time } from "../Time.jsx";

const SHOWN = 8;
const HEADS = ["Workload", "State", "Plan", "Saves", "When"];

export function PlanTable({ plans }) {
  const [all, showAll] = useState(false);
  return (
    <>
      <table className={rows.table}>
        <Heads of={HEADS} />
        <tbody>
          {(all ? plans : plans.slice(0, SHOWN)).map((plan) => (
            <Row key={plan.plan_id} plan={plan} />
          ))}
        </tbody>
      </table>
      {!all && plans.length > SHOWN && (
        <p className={rows.more}>
          <button type="button" className={rows.link} onClick={() => showAll(true)}>
            Show all {plans.length}
          </button>
        </p>
      )}
    </>
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
          <Sentence>{became(plan)}</Sentence>
        </span>
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

// What became of it, and by whom; where the world moved on, what of it.
function became({ outcome, decided_by: by, drift }) {
  const end = drift ? `Not done: ${drifted(drift)}` : (outcome ?? "Being carried out");
  return `${end}${by ? `, decided by ${whoIs(by)}` : ""}.`;
}
