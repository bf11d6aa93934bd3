// How a model's states and steps are called.

export const MODEL_STATES = {
  validated: "Validated",
  rejected: "Rejected",
  shadow: "In the shadow",
  active: "Decides",
  retired: "Retired",
  demoted: "Demoted",
};

export const CONSEQUENCES = {
  activate: {
    title: (label) => `Put ${label} in charge?`,
    text: (label) =>
      `From now on, within five seconds and in every process, ${label} estimates the risk of every pool.` +
      ` The model it replaces is retired and stays at hand: “Fall back” puts it in charge again.` +
      ` If ${label} turns out worse than the naive base rate, it is taken out by itself.`,
    yes: "Activate",
  },
  shadow: {
    title: (label) => `Try ${label} in the shadow?`,
    text: (label) => `Every ten minutes ${label} predicts beside the model in charge. Nothing is decided by it; its figures are compared here.`,
    yes: "Try it",
  },
  fallBack: {
    title: (label) => `Take ${label} out of charge?`,
    text: (label) => `The model that was in charge before ${label} decides again, or the static rule where there was none.`,
    yes: "Fall back",
  },
};
