// The parts of the product: those with a switch first. A part that is off stops optimizing, never workloads.
import { Button, VisuallyHidden } from "@mantine/core";
import { useState } from "react";

import classes from "./Admin.module.css";
import { useTurnModule } from "../../hooks/useControls.js";
import { plural } from "../../services/format.js";
import { Confirm } from "../Confirm.jsx";
import { Mark } from "../Sign.jsx";
import { Time } from "../Time.jsx";

export function Modules({ modules }) {
  const [chosen, choose] = useState(null);
  const turning = useTurnModule();
  const turn = (_, close) => turning.mutate({ id: chosen.id, enabled: !chosen.enabled }, { onSuccess: close });
  const [switched, fixed] = [modules.filter((one) => one.detachable), modules.filter((one) => !one.detachable)];
  return (
    <>
      <ul className={classes.rows}>
        {switched.map((one) => (
          <Row key={one.id} module={one}>
            <Button variant="default" size="compact-sm" onClick={() => choose(one)}>
              {one.enabled ? "Switch off" : "Switch on"} …<VisuallyHidden> {one.name}</VisuallyHidden>
            </Button>
          </Row>
        ))}
      </ul>
      <details className={classes.more}>
        <summary>{plural(fixed.length, "part")} without a switch</summary>
        <ul className={classes.rows}>
          {fixed.map((one) => (
            <Row key={one.id} module={one} />
          ))}
        </ul>
      </details>
      <Confirm ask={chosen && question(chosen)} doing={turning} onYes={turn} onClose={() => choose(null)} />
    </>
  );
}

function question({ name, id, enabled, without }) {
  if (!enabled) return { title: `Switch ${name} on?`, text: `${id} works again from its next round.`, yes: `Switch ${name} on` };
  return {
    title: `Switch ${name} off?`,
    text: `Without ${id}: ${without}. Workloads go on, and interruptions are answered.`,
    yes: `Switch ${name} off`,
    danger: true,
  };
}

function Row({ module, children }) {
  return (
    <li>
      <span className={classes.name}>
        {module.name}
        <span className={classes.sub}>
          {module.id} · without it: {module.without}
        </span>
      </span>
      <span className={classes.end}>
        <State module={module} />
        {children && <span className={classes.button}>{children}</span>}
      </span>
    </li>
  );
}

function State({ module }) {
  if (!module.enabled)
    return (
      <>
        <Mark word="Off" color="gray" hollow />
        <span className={classes.sub}>
          since <Time at={module.since} />
        </span>
      </>
    );
  return module.resting_after ? <Mark word="Resting" color="orange" /> : <Mark word="On" color="teal" />;
}
