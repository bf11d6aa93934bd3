// How a model's states and steps are called, and what was learned from.
import { dayName } from "../savings/words.js";
import { plural } from "../../services/format.js";

const STATES = {
  validated: { word: "Validated", color: "gray", hollow: true },
  rejected: { word: "Rejected", color: "red" },
  shadow: { word: "In the shadow", color: "blue" },
  retired: { word: "Retired", color: "gray" },
  demoted: { word: "Demoted", color: "orange" },
};

// One is in charge; without a model that is the static rule, which stands by otherwise.
export function stateOf({ status }, decides) {
  return decides ? { word: "In charge", color: "teal" } : (STATES[status] ?? { word: "Stands by", color: "gray", hollow: true });
}

export function labelOf({ model_id: id, name, version }) {
  return id ? `${name} ${version}` : "The static rule";
}

// What the newest training on this market learned from, in one line; the hash tells whether it is the same.
export function learnt({ rows, from, to, sha256, sentence }) {
  if (!rows) return "Nothing was learned yet: no pool has been watched.";
  const span = `${dayName(from.slice(0, 10))} to ${dayName(to.slice(0, 10))}`;
  return `Learned from ${plural(rows, "sighting")} of pools, ${span} (SHA-256 ${sha256.slice(0, 12)}…). ${sentence}.`;
}

export const CONSEQUENCES = {
  activate: {
    title: (label) => `Put ${label} in charge?`,
    text: (label) =>
      `From now on, within five seconds and in every process, ${label} predicts the interruptions of every Spot instance, and answers who asks for a prediction.` +
      ` The model it replaces is retired and stays at hand: “Fall back” puts it in charge again.` +
      ` If ${label} turns out worse than the naive base rate, it is taken out by itself.`,
    yes: "Activate",
  },
  shadow: {
    title: (label) => `Try ${label} in the shadow?`,
    text: (label) => `Every ten minutes ${label} predicts beside the model in charge. Nobody is answered by it; its figures are compared here.`,
    yes: "Try it",
  },
  fallBack: {
    title: (label) => `Take ${label} out of charge?`,
    text: (label) => `The model that was in charge before ${label} is in charge again, or the static rule where there was none.`,
    yes: "Fall back",
  },
};
