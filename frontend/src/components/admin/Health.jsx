// The seven components of the platform: how each stands, in its own words, and since when.
import classes from "./Admin.module.css";
import { Light } from "../Sign.jsx";
import { Time } from "../Time.jsx";

export const COMPONENTS = {
  database: "Database",
  job_queue: "Job queue",
  agents: "Agents",
  optimizer: "Optimizer",
  prices: "Prices",
  risk_data: "Risk data",
  model: "Model",
};

export function Health({ components }) {
  return (
    <ul className={classes.rows}>
      {components.map((one) => (
        <li key={one.component}>
          <span className={classes.name}>
            {COMPONENTS[one.component] ?? one.component}
            <span className={classes.sub}>{one.details}</span>
          </span>
          <span className={classes.end}>
            <Light status={one.status} />
            <span className={classes.sub}>{one.since ? <Since at={one.since} /> : "never measured"}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

function Since({ at }) {
  return (
    <>
      since <Time at={at} />
    </>
  );
}
