// An emergency at a glance: the ring with the time left, the sentence that says what is done and why, what comes next.
import classes from "./EmergencyEventAlert.module.css";
import { DeadlineRing } from "./DeadlineRing.jsx";
import { Steps } from "./Steps.jsx";
import { KINDS, METHODS, ending, leadWords } from "./words.js";
import { seconds } from "../../services/format.js";
import { Sentence } from "../Sentence.jsx";
import { Time } from "../Time.jsx";

export function EmergencyEventAlert({ incident }) {
  const carried = Boolean(incident.downtime_method) || isDone(incident, "serving");
  return (
    <section className={classes.alert} data-tone={tone(incident, carried)} aria-label="Emergency">
      <div className={classes.top}>
        <DeadlineRing incident={incident} carried={carried} />
        <Words incident={incident} carried={carried} />
        <Measured incident={incident} />
      </div>
      <Steps incident={incident} />
    </section>
  );
}

// Read aloud when it changes; what ticks stands outside.
function Words({ incident, carried }) {
  const lead = carried ? null : leadWords(incident);
  return (
    <div className={classes.words}>
      <div className={classes.heading}>
        <p className={classes.kind}>
          {KINDS[incident.kind] ?? incident.kind} · <Time at={incident.opened_at} />
        </p>
        <h2 aria-live="polite">{headline(incident, carried)}</h2>
      </div>
      <div className={classes.reason} aria-live="polite">
        <p>
          <Sentence>{`${incident.sentence}.`}</Sentence>
        </p>
        {!incident.closed_at && (
          <p className={classes.next}>
            <span>Next</span> <Sentence>{incident.next}</Sentence>
          </p>
        )}
        {lead && (
          <p className={classes.next}>
            <span>Time</span> {lead}
          </p>
        )}
      </div>
    </div>
  );
}

function Measured({ incident }) {
  return (
    <dl className={classes.measured}>
      <dt>Without service</dt>
      <dd>{seconds(incident.downtime_seconds)}</dd>
      <dd className={classes.how}>
        {incident.downtime_seconds == null ? "not measured yet" : METHODS[incident.downtime_method]}
      </dd>
    </dl>
  );
}

function headline(incident, carried) {
  const end = ending({ ...incident, carried });
  if (end) return `${end}.`;
  if (isDone(incident, "promoted")) return "Handing over now.";
  return incident.kind === "rebalance" ? "AWS sees a raised risk." : "AWS is taking the instance.";
}

function isDone({ steps }, key) {
  return steps.some((step) => step.key === key && step.at);
}

function tone(incident, carried) {
  if (carried) return "green";
  if (incident.closed_at) return "grey";
  return incident.kind === "rebalance" ? "amber" : "red";
}
