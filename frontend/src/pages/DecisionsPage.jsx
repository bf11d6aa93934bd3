// Where each workload should stand: what was chosen, in one sentence; what else was good; what was out, and why.
import { Button, NativeSelect } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useState } from "react";

import pages from "./Page.module.css";
import { Card } from "../components/cards/Card.jsx";
import { Decision } from "../components/decisions/Decision.jsx";
import { Opportunities } from "../components/decisions/Opportunities.jsx";
import { Problem } from "../components/Problem.jsx";
import { useDecide, useDecisions } from "../hooks/useDecisions.js";
import { useFleet } from "../hooks/useFleet.js";

const EMPTY = {
  when: ({ decisions }) => decisions.length === 0,
  title: "Nothing was decided yet",
  text: "Within a minute the planner compares each workload with the pools around it; what it decides, the runners-up and every rejected pool with its reason are kept here.",
};

export default function DecisionsPage() {
  const state = useDecisions();
  const fleet = useFleet();
  const decide = useDecide();
  useDocumentTitle("Decisions · Spot Optimizer");
  const asked = (fleet.data?.agents ?? []).filter(({ primary }) => primary).toSorted(byName);
  return (
    <>
      <header className={pages.head}>
        <div>
          <h1>Decisions</h1>
          <p className={pages.sentence}>Why each workload stands where it stands. The planner looks every minute and writes down what is new.</p>
        </div>
        {asked.length > 0 && <Ask agents={asked} asking={decide} />}
      </header>
      {decide.isError && <Problem title="This could not be decided">{decide.error.message}</Problem>}
      <div className={pages.column}>
        {state.data?.opportunities.found > 0 && (
          <Card title="What could be cheaper" state={state}>
            {({ opportunities }) => <Opportunities opportunities={opportunities} />}
          </Card>
        )}
        <Card title="Newest first" state={state} empty={EMPTY}>
          {({ decisions }) => decisions.map((one) => <Decision key={one.decision_id} decision={one} />)}
        </Card>
      </div>
    </>
  );
}

const byName = (a, b) => a.logical_name.localeCompare(b.logical_name, "en", { numeric: true });

function Ask({ agents, asking }) {
  const [chosenId, choose] = useState(null);
  const chosen = agents.find(({ agent_id: id }) => id === chosenId) ?? agents[0];
  return (
    <div className={pages.tools}>
      <NativeSelect
        size="sm"
        aria-label="Workload to decide for"
        value={chosen.agent_id}
        onChange={(event) => choose(event.currentTarget.value)}
        data={agents.map(({ agent_id: value, logical_name: label }) => ({ value, label }))}
      />
      <Button size="sm" loading={asking.isPending} onClick={() => asking.mutate(chosen)}>
        Where should it stand?
      </Button>
    </div>
  );
}
