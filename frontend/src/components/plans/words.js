// Plans, modes and causes in words.
export const STATES = {
  proposed: { word: "Waits for you", color: "orange" },
  approved: { word: "Approved", color: "blue" },
  executing: { word: "Under way", color: "blue" },
  done: { word: "Done", color: "teal" },
  failed: { word: "Failed", color: "red" },
  rolled_back: { word: "Rolled back", color: "orange" },
  rejected: { word: "Rejected", color: "gray" },
  expired: { word: "Expired", color: "gray" },
  drifted: { word: "Drifted", color: "orange" },
};

export function stateOf({ state, mode }) {
  if (state === "proposed" && mode === "observe") return { word: "Observed", color: "gray" };
  if (state === "proposed" && mode === "propose") return { word: "Proposed", color: "gray" };
  return STATES[state];
}

export const KINDS = { switch: "Moves for a better price", return_to_spot: "Returns from On-Demand to Spot" };

export const DEFAULTS = { switch: "approve", return_to_spot: "auto" };

export const MODES = [
  ["observe", "Observe: write plans down, tell nobody"],
  ["propose", "Propose: tell people, do nothing"],
  ["approve", "Approve: carry out what somebody approved"],
  ["auto", "Auto: carry out at once, plan first"],
];

export const FIELDS = {
  primary: "PRIMARY",
  epoch: "Promotions so far",
  pool_id: "Its pool",
  lifecycle: "Bought as",
  price: "Its price",
  target_pool_id: "Target pool",
  target_price: "Target's price",
  target_is_calm: "Target is calm",
};

export const SWITCH_STATES = {
  preparing: { word: "Preparing", color: "blue" },
  promoted: { word: "Changing over", color: "blue" },
  serving: { word: "Serves", color: "teal" },
  done: { word: "Done", color: "teal" },
  failed: { word: "Failed", color: "red" },
  dry_run: { word: "Dry run", color: "gray" },
};

export const CAUSES = { manual: "By hand", forced: "Forced by hand", plan: "By plan", emergency: "Emergency" };

export function riskWord(risk) {
  if (risk == null) return "–";
  const word = risk === 0 ? "nothing known against it" : risk < 0.2 ? "low" : risk < 0.6 ? "raised" : "high";
  return `${(100 * risk).toFixed(0)} %, ${word}`;
}

// Who decided or ordered, as the audit names him.
export function whoIs(key) {
  if (key === "system") return "the system";
  return key?.startsWith("admin") ? "the administrator" : "a person of your organisation";
}
