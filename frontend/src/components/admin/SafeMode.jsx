// SAFE MODE: whether anything may be launched or ended, since when, and the switch, which says first what it does.
import { Button } from "@mantine/core";
import { useState } from "react";

import classes from "./Admin.module.css";
import { useTurnSafeMode } from "../../hooks/useControls.js";
import { Confirm } from "../Confirm.jsx";
import { Time } from "../Time.jsx";

const ON = {
  on: true,
  title: "Turn SAFE MODE on?",
  text:
    "From now on nothing is launched, moved or ended at AWS, for any client. What would be done is written down as a dry run." +
    " An interruption announced meanwhile needs you: a replica that is ready is still promoted, but none is launched.",
  yes: "Turn SAFE MODE on",
  reason: true,
  danger: true,
};
const OFF = {
  on: false,
  title: "Turn SAFE MODE off?",
  text: "What is still wanted is ordered anew within two seconds: replicas are launched, and what waits for its end is ended. Dry runs stay dry.",
  yes: "Turn SAFE MODE off",
  reason: true,
};

export function SafeMode({ state }) {
  const [ask, setAsk] = useState(null);
  const turning = useTurnSafeMode();
  const turn = (reason, close) => turning.mutate({ on: ask.on, reason }, { onSuccess: close });
  return (
    <>
      <p className={classes.words}>
        <Words state={state} />
      </p>
      <div className={classes.act}>
        <Button variant="default" size="sm" onClick={() => setAsk(state.on ? OFF : ON)}>
          {state.on ? "Turn SAFE MODE off …" : "Turn SAFE MODE on …"}
        </Button>
      </div>
      <Confirm ask={ask} doing={turning} onYes={turn} onClose={() => setAsk(null)} />
    </>
  );
}

function Words({ state }) {
  if (!state.on) return "Off: interruptions are answered, and plans are carried out.";
  if (!state.in_force)
    return (
      <>
        Requested <Time at={state.requested_at} />. It is in force once nothing claimed before is still on its way: 20 s at most.
      </>
    );
  return (
    <>
      In force since <Time at={state.in_force_at} />: nothing is launched or ended, plans are written down as dry runs.
    </>
  );
}
