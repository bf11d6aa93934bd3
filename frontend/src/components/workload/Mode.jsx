// How a workload is cared for: one choice of three, so that auto-switch and manual replica are never both on.
import { useId, useState } from "react";

import classes from "./Mode.module.css";
import { useConfigure } from "../../hooks/useWorkload.js";
import { Ask } from "../Ask.jsx";

export const MODES = [
  {
    mode: "auto_switch",
    word: "Auto-switch",
    text: "Moves to cheaper or calmer pools by itself, and through every emergency.",
    switches: { enabled: true, auto_switch_enabled: true, manual_replica_enabled: false },
    consequence: (name) => `${name} is moved by itself where that saves money or risk. A replica launched by hand is ended.`,
  },
  {
    mode: "manual_replica",
    word: "Manual replica",
    text: "You launch and promote replicas. Emergencies are still answered by itself.",
    switches: { enabled: true, auto_switch_enabled: false, manual_replica_enabled: true },
    consequence: (name) =>
      `${name} is no longer moved for money or mere risk; you launch a replica and promote it. Interruptions are still answered by itself.`,
  },
  {
    mode: "observe",
    word: "Observe",
    text: "Only watched. Nothing is launched, moved or ended, even when AWS takes the instance.",
    switches: { enabled: false, auto_switch_enabled: false, manual_replica_enabled: false },
    consequence: (name) =>
      `${name} is only watched: when AWS takes its instance, nothing replaces it. A replica launched by hand is ended.`,
  },
];

export function Mode({ agent }) {
  const [wanted, setWanted] = useState(null);
  const [id, configure] = [useId(), useConfigure(agent.agent_id)];
  const choice = MODES.find(({ mode }) => mode === wanted);
  const set = (close) => configure.mutate({ ...choice.switches, config_version: agent.config.config_version }, { onSuccess: close });
  return (
    <fieldset className={classes.modes}>
      <legend>How {agent.logical_name} is cared for</legend>
      {MODES.map(({ mode, word, text }) => (
        <label key={mode} className={classes.mode} data-chosen={agent.config.mode === mode || undefined}>
          <input
            type="radio"
            name={id}
            checked={agent.config.mode === mode}
            onChange={() => setWanted(mode)}
            aria-describedby={`${id}-${mode}`}
          />
          <span>
            <span className={classes.word}>{word}</span>
            <span id={`${id}-${mode}`} className={classes.text}>
              {text}
            </span>
          </span>
        </label>
      ))}
      {choice && (
        <Ask
          open
          onClose={() => setWanted(null)}
          title={`${choice.word} for ${agent.logical_name}?`}
          text={choice.consequence(agent.logical_name)}
          yes={`Choose ${choice.word.toLowerCase()}`}
          act={configure}
          onYes={set}
          danger={choice.mode === "observe"}
        />
      )}
    </fieldset>
  );
}
