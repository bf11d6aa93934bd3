// A state: its word always, its colour beside it, its shape for those who see no colour.
import classes from "./Sign.module.css";
import { LIGHTS, ROLES, SIGNS } from "../theme.js";

export function Sign({ state }) {
  const { word, color } = SIGNS[state] ?? SIGNS.observed;
  return <Mark word={word} color={color} moving={state === "preparing"} />;
}

// A component, a queue or a job; null is unknown.
export function Light({ status }) {
  const { word, color } = LIGHTS[status ?? "unknown"] ?? LIGHTS.unknown;
  return <Mark word={word} color={color} hollow={status == null} />;
}

export function RoleMark({ role, note }) {
  const { word, color } = ROLES[role] ?? { word: "No role", color: "gray" };
  return <Mark word={note ? `${word} · ${note.toLowerCase()}` : word} color={color} hollow={role !== "PRIMARY"} />;
}

export function Mark({ word, color, moving = false, hollow = false }) {
  return (
    <span className={classes.mark} data-color={color}>
      <span className={classes.dot} data-moving={moving || undefined} data-hollow={hollow || undefined} aria-hidden />
      {word}
    </span>
  );
}

// Something that is not real, or not measured: dashed.
export function Dashed({ children }) {
  return <span className={classes.dashed}>{children}</span>;
}
