// How a model's states and steps are called.

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
