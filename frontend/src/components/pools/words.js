// How pools are spoken of: risk in four words, sources of prices, changes with their sign.
import { MISSING } from "../../services/format.js";

const RISKS = [
  [0.05, "low"],
  [0.15, "raised"],
  [0.4, "high"],
  [Infinity, "very high"],
];

export const riskWord = (risk) => RISKS.find(([limit]) => risk < limit)[1];

export const SOURCES = {
  agent: "Reported by a host",
  interpolated: "Interpolated",
  backfilled: "Published by AWS",
  collector: "Published by AWS",
  last_known_plus_10_pct: "Stale: last known price and 10 %",
};

export const ADVISOR = ["under 5 %", "5–10 %", "10–15 %", "15–20 %", "over 20 %"];

export function riskPercent(risk) {
  if (risk == null) return MISSING;
  return risk < 0.001 ? "< 0.1 %" : `${(100 * risk).toFixed(risk < 0.1 ? 1 : 0)} %`;
}

export function change(share) {
  if (share == null) return MISSING;
  if (Math.abs(share) < 0.0005) return "unchanged";
  return `${share > 0 ? "+" : "−"}${(100 * Math.abs(share)).toFixed(1)} %`;
}

export function nameOf(poolId) {
  const [place, type] = poolId.split(":");
  return `${type} in ${place}`;
}
