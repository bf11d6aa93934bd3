// Who predicts interruptions, how well, and what it was checked for.
import { Button } from "@mantine/core";
import { useDisclosure, useDocumentTitle } from "@mantine/hooks";
import { useState } from "react";

import classes from "./Page.module.css";
import { Card } from "../components/cards/Card.jsx";
import { Calibration } from "../components/models/Calibration.jsx";
import { Checks } from "../components/models/Checks.jsx";
import { Confirm } from "../components/models/Confirm.jsx";
import { ModelTable } from "../components/models/ModelTable.jsx";
import { Upload } from "../components/models/Upload.jsx";
import { labelOf, learnt } from "../components/models/words.js";
import { Timeline } from "../components/emergency/Timeline.jsx";
import { useModels, useModelSessions } from "../hooks/useModels.js";
import { useSession } from "../hooks/useSession.jsx";
import { percent, plural } from "../services/format.js";

export default function ModelsPage() {
  const isAdmin = useSession().kind === "admin";
  const state = useModels(isAdmin);
  const [chosenId, choose] = useState(undefined);
  const [act, setAct] = useState(null);
  const [uploading, { open, close }] = useDisclosure();
  useDocumentTitle("Models · Spot Optimizer");
  const models = state.data?.models ?? [];
  const inCharge = models.find(({ status }) => status === "active") ?? models[0];
  const chosen = models.find(({ model_id: id }) => id === chosenId) ?? inCharge;
  return (
    <>
      <header className={classes.head}>
        <div>
          <h1>Models</h1>
          {inCharge && <p className={classes.sentence}>{verdict(inCharge)}</p>}
        </div>
        {isAdmin && <Button onClick={open}>Upload a model</Button>}
      </header>
      <Card title="Who predicts interruptions" state={state}>
        {({ training_set: set }) => (
          <>
            <ModelTable
              models={models}
              chosen={chosen}
              onChoose={({ model_id: id }) => choose(id)}
              onAct={isAdmin ? (verb, model) => setAct({ verb, model }) : undefined}
            />
            {set && (
              <div className={classes.inner}>
                <span className={classes.reason}>{learnt(set)}</span>
              </div>
            )}
          </>
        )}
      </Card>
      {chosen && <Details model={chosen} isAdmin={isAdmin} />}
      <Confirm act={act} onClose={() => setAct(null)} />
      <Upload opened={uploading} onClose={close} />
    </>
  );
}

function Details({ model, isAdmin }) {
  const label = labelOf(model);
  const { calibration } = model.scorecard;
  return (
    <div className={classes.split}>
      <Card title={`${label}: said and happened`}>
        {calibration.length ? <Calibration name={label} bins={calibration} /> : <p className={classes.nothing}>{NOTHING_YET}</p>}
      </Card>
      <div className={classes.column}>
        {model.checks && (
          <Card title="What it was checked for">
            <div className={classes.inner}>
              <Checks model={model} />
            </div>
          </Card>
        )}
        {isAdmin && <History />}
      </div>
    </div>
  );
}

function History() {
  const state = useModelSessions(true);
  return (
    <Card title="What was changed" state={state} empty={{ when: ({ sessions }) => !sessions.length, ...UNCHANGED }}>
      {({ sessions }) => <Timeline entries={sessions.map(({ at, sentence }) => ({ at, text: sentence }))} />}
    </Card>
  );
}

const UNCHANGED = { title: "No model was ever uploaded", text: "The static rule is in charge. Uploads, activations and fallbacks appear here." };
const NOTHING_YET =
  "No prediction has an outcome yet: each is made for the next hour, every ten minutes for each Spot instance, and compared with what happened.";

function verdict(model) {
  const { scorecard } = model;
  const who = `${labelOf(model)} predicts the interruptions of every Spot instance`;
  if (!scorecard.outcomes) return `${who}. How well is not known yet.`;
  const gain = 1 - scorecard.brier / scorecard.base_brier;
  const against = gain >= 0 ? `${percent(gain)} better than` : `${percent(-gain)} worse than`;
  return `${who}: ${against} the naive base rate over ${plural(scorecard.outcomes, "outcome")}.`;
}
