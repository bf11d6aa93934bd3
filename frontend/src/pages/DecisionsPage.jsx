// Where each workload should stand: what was chosen, in one sentence; what else was good; what was out, and why.
import { Button } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";

import pages from "./Page.module.css";
import { Card } from "../components/cards/Card.jsx";
import { Decision } from "../components/decisions/Decision.jsx";
import { Problem } from "../components/Problem.jsx";
import { useDecide, useDecisions } from "../hooks/useDecisions.js";
import { useFleet } from "../hooks/useFleet.js";

const EMPTY = {
  when: ({ decisions }) => decisions.length === 0,
  title: "Nothing was decided yet",
  text: "Ask where a workload should stand; the answer, its runners-up and every rejected pool with its reason are kept here.",
};

export default function DecisionsPage() {
  const state = useDecisions();
  const fleet = useFleet();
  const decide = useDecide();
  useDocumentTitle("Decisions · Spot Optimizer");
  const asked = (fleet.data?.agents ?? []).filter(({ primary }) => primary);
  return (
    <>
      <header className={pages.head}>
        <div>
          <h1>Decisions</h1>
          <p className={pages.sentence}>Advice: a decision moves nothing by itself.</p>
        </div>
        <div className={pages.title}>
          {asked.slice(0, 8).map((agent) => (
            <Button key={agent.agent_id} variant="default" size="sm" loading={decide.isPending} onClick={() => decide.mutate(agent)}>
              Decide for {agent.logical_name}
            </Button>
          ))}
        </div>
      </header>
      {decide.isError && <Problem title="This could not be decided">{decide.error.message}</Problem>}
      <Card title="Newest first" state={state} empty={EMPTY}>
        {({ decisions }) => decisions.map((one) => <Decision key={one.decision_id} decision={one} />)}
      </Card>
    </>
  );
}
