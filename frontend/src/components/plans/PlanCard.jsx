// A plan that waits: what it brings, what it risks, whom it touches, how long it stands, and the decision.
import { Button } from "@mantine/core";
import { useState } from "react";

import { Decide } from "./Decide.jsx";
import classes from "./Plans.module.css";
import { stateOf } from "./words.js";
import { useTicking } from "../../hooks/useClock.jsx";
import { usePlan } from "../../hooks/usePlans.js";
import { useSession } from "../../hooks/useSession.jsx";
import { countdown, unitPrice } from "../../services/format.js";
import { gain } from "../../services/money.js";
import { Card } from "../cards/Card.jsx";
import { Figure, Figures } from "../cards/Figure.jsx";
import { riskPercent } from "../pools/words.js";
import { Mark } from "../Sign.jsx";

const HOURS_PER_MONTH = 730;

export function PlanCard({ plan }) {
  const [verb, decide] = useState(null);
  const isAdmin = useSession()?.isAdmin;
  const saves = plan.expected_usd_per_hour;
  return (
    <Card title={plan.agent_name} aside={<Mark {...stateOf(plan)} />}>
      <p className={classes.sentence}>{plan.sentence}.</p>
      <Figures columns={3}>
        <Figure label="saves" value={saves == null ? "–" : unitPrice(saves)} note={saves == null ? "not known" : `${gain(saves * HOURS_PER_MONTH)} a month`} />
        <Figure label="lost there within the hour" value={riskPercent(plan.risk)} note={plan.evidence?.risk_evidence ?? "not known"} />
        <Figure label="stands for" value={<TimeLeft until={plan.expires_at} />} note="then it is made anew" />
      </Figures>
      <p className={classes.radius}>{plan.blast_radius}.</p>
      <Steps planId={plan.plan_id} />
      <div className={classes.acts}>
        {isAdmin ? (
          <span>Its client decides.</span>
        ) : plan.mode === "approve" || plan.mode === "auto" ? (
          <>
            <Button onClick={() => decide("approve")}>Approve</Button>
            <Button variant="default" onClick={() => decide("reject")}>
              Reject
            </Button>
          </>
        ) : (
          <span>{ADVICE[plan.mode]}</span>
        )}
      </div>
      <Decide plan={plan} verb={verb} onClose={() => decide(null)} />
    </Card>
  );
}

const ADVICE = {
  observe: "Only observed: with this mode nothing is carried out.",
  propose: "Only proposed: order the switch yourself, or set the mode to approve.",
};

function TimeLeft({ until }) {
  return useTicking((now) => countdown((new Date(until) - now) / 1000));
}

function Steps({ planId }) {
  const [open, setOpen] = useState(false);
  const { data } = usePlan(planId, open);
  return (
    <details className={classes.steps} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>What would be done, step by step</summary>
      <ol>
        {data?.steps.map((step) => (
          <li key={step.n}>{step.sentence}</li>
        ))}
      </ol>
    </details>
  );
}
