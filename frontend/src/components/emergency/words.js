import { plural } from "../../services/format.js";

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

const COLORS = { evicted: "red", gone: "red", expired: "gray", stale_unfounded: "gray", cancelled: "gray", released: "gray" };

export const METHODS = {
  serving_reports: "from the last answer of the old workload to the first of the new",
  agent_report: "as the host saw it",
  last_contact: "from the last contact of the old host to the first answer of the new: an upper bound",
};

// The sign of an emergency in a list; open is red where an interruption runs, amber while one is only feared.
export function standing(incident) {
  const word = ending({ ...incident, carried: incident.serving_at });
  if (word) return { word, color: incident.serving_at ? "teal" : (COLORS[incident.outcome] ?? "gray") };
  return { word: "Open", color: incident.kind === "rebalance" ? "orange" : "red" };
}

// How an emergency stands: null while it is open and nobody took over yet.
export function ending({ carried, closed_at: closed, outcome }) {
  if (carried) return "Carried over";
  return closed ? (OUTCOMES[outcome] ?? "Over") : null;
}

// How long pools like this one gave, where enough was seen to say so; null elsewhere. Never a promise of AWS.
export function leadWords({ kind, closed_at: closed, learned_lead: lead }) {
  if (!lead || closed) return null;
  const where = lead.scope === "pool" ? "This pool" : "Pools like this";
  const since = kind === "rebalance" ? "from the recommendation to the end" : "from the notice to the end";
  return `${where} gave ${minutes(lead.p50)} ${since}: the median of ${plural(lead.samples, "time", "times")} seen, the shortest ${minutes(lead.shortest)}.`;
}

export const minutes = (value) => (value < 90 ? `${Math.round(value)} s` : value < 5400 ? `${Math.round(value / 60)} min` : `${(value / 3600).toFixed(1)} h`);
