// What would be done, before it is done.
import { useDocumentTitle } from "@mantine/hooks";

import pages from "./Page.module.css";
import { Card } from "../components/cards/Card.jsx";
import { Modes } from "../components/plans/Modes.jsx";
import { PlanCard } from "../components/plans/PlanCard.jsx";
import { PlanTable } from "../components/plans/PlanTable.jsx";
import { Spread } from "../components/plans/Spread.jsx";
import classes from "../components/plans/Plans.module.css";
import { usePlans } from "../hooks/usePlans.js";
import { plural } from "../services/format.js";

const EMPTY = {
  when: (plans) => plans.length === 0,
  title: "No plan decided yet",
  text: "Every minute each workload is compared with the pools around it. A move that is worth it is written down as a plan, before anything is done.",
};

export default function PlansPage() {
  const state = usePlans();
  useDocumentTitle("Plans · Spot Optimizer");
  const plans = state.data?.plans ?? [];
  const waiting = plans.filter((plan) => plan.state === "proposed");
  const decided = { ...state, data: state.data && plans.filter((plan) => plan.state !== "proposed") };
  return (
    <>
      <header className={pages.head}>
        <div>
          <h1>Plans</h1>
          {state.data && <p className={pages.sentence}>{verdict(waiting)}</p>}
        </div>
      </header>
      {waiting.length > 0 && (
        <div className={classes.waiting}>
          {waiting.map((plan) => (
            <PlanCard key={plan.plan_id} plan={plan} />
          ))}
        </div>
      )}
      <Card title="Decided" state={decided} empty={EMPTY}>
        {(known) => <PlanTable plans={known} />}
      </Card>
      {state.data && (
        <>
          <div className={pages.below}>
            <Modes modes={state.data.modes} />
          </div>
          <div className={pages.below}>
            <Spread />
          </div>
        </>
      )}
    </>
  );
}

function verdict(waiting) {
  const yours = waiting.filter((plan) => plan.mode === "approve" || plan.mode === "auto").length;
  if (yours) return `${plural(yours, "plan")} ${yours === 1 ? "waits" : "wait"} for your decision. Nothing is done before it.`;
  return "No plan waits for you. Every workload is where it should be, or has been moved already.";
}
