// How many workloads stand how, worst first; each line leads to the fleet.
import { Link } from "react-router";

import classes from "./States.module.css";
import { plural } from "../../services/format.js";
import { Sign } from "../Sign.jsx";

const WORST_FIRST = ["interrupted", "at_risk", "preparing", "serving", "observed"];

export function States({ agents }) {
  const counted = WORST_FIRST.map((state) => [state, agents.filter((agent) => agent.state === state).length]);
  return (
    <ul className={classes.states}>
      {counted
        .filter(([, count]) => count > 0)
        .map(([state, count]) => (
          <li key={state}>
            <Sign state={state} />
            <Link to="/fleet">{plural(count, "workload")}</Link>
          </li>
        ))}
    </ul>
  );
}
