// Plans, modes and causes in words.
import { unitPrice } from "../../services/format.js";

export const STATES = {
  proposed: { word: "Waits for you", color: "orange" },
  approved: { word: "Approved", color: "blue" },
  executing: { word: "Under way", color: "blue" },
  done: { word: "Done", color: "teal" },
  failed: { word: "Failed", color: "red" },
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

// What moved since a plan was made, in a few words; that the workload itself moved says it all.
export function drifted(drift) {
  if (drift.primary || drift.epoch || drift.pool_id) return "it was moved meanwhile";
  const parts = Object.entries(drift).map(([field, { before, after }]) => CHANGES[field]?.(before, after) ?? `${FIELDS[field] ?? field} changed`);
  return parts.join("; ");
}

const priced = (whose) => (before, after) => `${whose} went from ${unitPrice(before)} to ${unitPrice(after)}`;

const CHANGES = {
  price: priced("its price"),
  target_price: priced("the target’s price"),
  target_is_calm: (before, after) => (after ? "the target is calm again" : "the target is no longer calm"),
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

// Who decided or ordered, as the audit names him.
export function whoIs(key) {
  if (key === "system") return "the system";
  return key?.startsWith("admin") ? "the administrator" : "a person of your organisation";
}

export const SHARES = [
  ["10", "A tenth of your workloads"],
  ["20", "A fifth of your workloads"],
  ["33", "A third of your workloads"],
  ["50", "Half of your workloads"],
  ["100", "All of them"],
];

export const INCREASES = [
  ["", "As dear as a calm pool may be"],
  ["0", "Not at all: the cheapest alone"],
  ["10", "10 % at most"],
  ["25", "25 % at most"],
  ["50", "50 % at most"],
];

export const WEIGHTS = [
  ["", "Price and calm, as the product does"],
  ["0.8", "Price first: 80 % of the score"],
  ["0.3", "Calm first: 70 % of the score"],
];
