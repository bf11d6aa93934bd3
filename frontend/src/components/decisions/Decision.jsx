// One decision: its sentence, and behind it the runners-up and the rejected pools.
import classes from "./Decision.module.css";
import { Heads } from "../Heads.jsx";
import rows from "../Rows.module.css";
import { Time } from "../Time.jsx";
import { nameOf } from "../pools/words.js";
import { MISSING, plural, unitPrice } from "../../services/format.js";

const WORDS = { SWITCH: "Switch", STAY: "Stay", HOLD: "Hold", PREPARE_REPLICA: "Prepare a replica" };

const ASKED = { planner: "the planner looked", host: "asked by its host" };
const RULES = { "static-rule": "the table of own losses", "trained-model": "the model trained on own losses" };

// Whose word the risk was; and why it was not the active model's, if there is one.
function modelOf({ model_version: version, fell_back_because: why }) {
  return `${RULES[version] ?? version}${why ? ` (${why})` : ""}`;
}

export function Decision({ decision }) {
  const { agent_name: name, runners_up: others, rejected } = decision;
  return (
    <article className={classes.decision}>
      <h3>
        {name}: {WORDS[decision.decision]}
      </h3>
      <p>{inWords(decision.reason)}.</p>
      <p className={classes.quiet}>
        <Time at={decision.decided_at} />, {ASKED[decision.asked_by]}; risk by {modelOf(decision)}, in {decision.latency_ms.toFixed(1)} ms
      </p>
      {decision.confidence_why && <p className={classes.quiet}>{decision.confidence_why}.</p>}
      {decision.outcome && <p className={classes.quiet}>{decision.outcome}.</p>}
      <details>
        <summary>
          {plural(others.length, "runner-up", "runners-up")}, {plural(rejected.length, "rejected pool")}
        </summary>
        {others.length > 0 && <Candidates candidates={others} />}
        {rejected.length > 0 && <Rejected pools={rejected} />}
      </details>
    </article>
  );
}

const POOL = /[\w-]+:[\w.-]+:linux/g;

// A pool in a sentence as people call it.
const inWords = (sentence) => sentence.replace(POOL, nameOf);

function Candidates({ candidates }) {
  return (
    <Table heads={["Runner-up", "Price", "Why"]}>
      {candidates.map(({ pool, price, why }) => (
        <tr key={pool}>
          <th scope="row">{nameOf(pool)}</th>
          <td data-label="Price">{price === null ? MISSING : unitPrice(price)}</td>
          <td data-wide>{why}</td>
        </tr>
      ))}
    </Table>
  );
}

function Rejected({ pools }) {
  return (
    <Table heads={["Rejected pool", "Filter", "Why"]}>
      {pools.map(({ pool_id: pool, filter, why }) => (
        <tr key={pool}>
          <th scope="row">{nameOf(pool)}</th>
          <td data-label="Filter">{filter}</td>
          <td data-wide>{why}</td>
        </tr>
      ))}
    </Table>
  );
}

function Table({ heads, children }) {
  return (
    <table className={rows.table}>
      <Heads of={heads} />
      <tbody>{children}</tbody>
    </table>
  );
}
