// What could be cheaper and is nobody's plan yet, a sentence each; the dearest first.
import { Link } from "react-router";

import classes from "./Decision.module.css";
import { plural, unitPrice } from "../../services/format.js";

export function Opportunities({ opportunities: { shown, found } }) {
  return (
    <>
      {shown.map(({ kind, instance_id: id, agent_id: agent, saving_usd_per_hour: saves, sentence }) => (
        <article key={`${kind} ${id}`} className={classes.decision}>
          <p>
            {sentence}
            {saves === null ? "." : `; that saves ${unitPrice(saves)}.`} {agent && <Link to={`/agents/${agent}`}>Look at it</Link>}
          </p>
        </article>
      ))}
      {found > shown.length && <p className={classes.more}>… and {plural(found - shown.length, "more", "more")}.</p>}
    </>
  );
}
