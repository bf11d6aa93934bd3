// An emergency at a glance: the ring with the time left, the sentence that says what is done and why, what comes next.
import classes from "./EmergencyEventAlert.module.css";
import { DeadlineRing } from "./DeadlineRing.jsx";
import { Steps } from "./Steps.jsx";
import { MISSING, seconds } from "../../services/format.js";
import { Time } from "../Time.jsx";

const KINDS = {
  rebalance: "Rebalance recommended",
  termination: "Interruption announced",
  no_notice: "Lost without notice",
};

const OUTCOMES = {
  promoted: "Carried over",
  expired: "False alarm",
  evicted: "Taken by AWS",
  gone: "Nothing ran on it",
  stale_unfounded: "Unfounded notice",
};

const METHODS = {
  serving_reports: "from the last answer of the old workload to the first of the new",
  last_contact: "from the last contact of the old host to the first answer of the new: an upper bound",
};

export function EmergencyEventAlert({ incident, serverTime }) {
  const carried = Boolean(incident.downtime_method) || incident.steps.some((step) => step.key === "serving" && step.at);
  return (
    <section className={classes.alert} data-tone={tone(incident, carried)} aria-label="Emergency">
      <div className={classes.top}>
        <DeadlineRing incident={incident} serverTime={serverTime} carried={carried} />
        <div className={classes.words} aria-live="polite">
          <p className={classes.kind}>
            {KINDS[incident.kind] ?? incident.kind} · <Time at={incident.opened_at} />
          </p>
          <h2>{headline(incident, carried)}</h2>
          <p>{incident.sentence}.</p>
          {!incident.closed_at && (
            <p className={classes.next}>
              <span>Next</span> {incident.next}
            </p>
          )}
        </div>
        <Measured incident={incident} />
      </div>
      <Steps steps={incident.steps} over={Boolean(incident.closed_at)} />
    </section>
  );
}

function Measured({ incident }) {
  return (
    <dl className={classes.measured}>
      <dt>Without service</dt>
      <dd>{incident.downtime_seconds == null ? MISSING : seconds(incident.downtime_seconds)}</dd>
      <dd className={classes.how}>{incident.downtime_seconds == null ? "not measured yet" : METHODS[incident.downtime_method]}</dd>
    </dl>
  );
}

function headline(incident, carried) {
  if (carried) return "Carried over.";
  if (incident.closed_at) return `${OUTCOMES[incident.outcome] ?? incident.outcome}.`;
  if (incident.steps.some((step) => step.key === "promoted" && step.at)) return "Handing over now.";
  return incident.kind === "rebalance" ? "AWS sees a raised risk." : "AWS is taking the instance.";
}

function tone(incident, carried) {
  if (carried) return "green";
  if (incident.closed_at) return "grey";
  return incident.kind === "rebalance" ? "amber" : "red";
}
