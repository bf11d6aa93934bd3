// What an emergency was, how it ended, and how its downtime was measured, in words.
export const KINDS = {
  rebalance: "Rebalance recommended",
  termination: "Interruption announced",
  no_notice: "Lost without notice",
  maintenance: "Maintenance by AWS",
  lifecycle: "Ended by Auto Scaling",
};

const OUTCOMES = {
  promoted: "Carried over",
  expired: "False alarm",
  evicted: "Taken by AWS",
  gone: "Nothing ran on it",
  stale_unfounded: "Unfounded notice",
  cancelled: "Cancelled by AWS",
  released: "Taken out of care",
};

export const METHODS = {
  serving_reports: "from the last answer of the old workload to the first of the new",
  agent_report: "as the host saw it",
  last_contact: "from the last contact of the old host to the first answer of the new: an upper bound",
};

// How an emergency stands: null while it is open and nobody took over yet.
export function ending({ carried, closed_at: closed, outcome }) {
  if (carried) return "Carried over";
  return closed ? (OUTCOMES[outcome] ?? "Over") : null;
}
