// What is promised in figures, and what was measured: met, missed, or not measured.
import { useDocumentTitle } from "@mantine/hooks";

import classes from "./Page.module.css";
import { TargetGroups } from "../components/admin/Targets.jsx";
import { Card } from "../components/cards/Card.jsx";
import { useTargets } from "../hooks/useOversight.js";
import { plural } from "../services/format.js";

export default function FiguresPage() {
  const state = useTargets();
  useDocumentTitle("Figures · Spot Optimizer");
  return (
    <>
      <header className={classes.head}>
        <div>
          <h1>Figures</h1>
          <p className={classes.sentence}>{state.data ? verdict(state.data.targets) : "What was promised, and what was measured."}</p>
        </div>
      </header>
      <Card title="Promised and measured, over all clients" state={state}>
        {({ targets }) => <TargetGroups targets={targets} />}
      </Card>
    </>
  );
}

export function verdict(targets) {
  const [missed, met, unknown] = [false, true, null].map((answer) => targets.filter((one) => one.target != null && one.met === answer).length);
  const head = missed ? `${plural(missed, "target is", "targets are")} missed.` : met ? `Each of ${plural(met, "measured target")} is met.` : "Nothing was measured yet.";
  return unknown ? `${head} ${unknown} ${unknown === 1 ? "was" : "were"} not measured yet.` : head;
}
