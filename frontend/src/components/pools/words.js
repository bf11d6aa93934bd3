// How pools are spoken of: risk in four words, sources of prices, changes with their sign.
import { minutes } from "../emergency/words.js";
import { MISSING, plural } from "../../services/format.js";

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

// What became of AWS's warnings in a pool, with how many were seen; null where there was none.
export function warnings(told) {
  if (!told) return null;
  const { rebalances, rebalance_to_end_seconds: early, notice_to_end_seconds: late } = told;
  const sentences = [
    rebalances.ended && `${rebalances.false_alarms} of ${plural(rebalances.ended, "rebalance recommendation")} came to nothing`,
    early.samples && `from a recommendation to the end it took ${minutes(early.p50)} (median of ${early.samples}, shortest ${minutes(early.shortest)})`,
    late.samples && `from a notice to the end ${minutes(late.p50)} (median of ${late.samples}, shortest ${minutes(late.shortest)})`,
  ].filter(Boolean);
  return sentences.length ? `In ninety days: ${sentences.join("; ")}.` : null;
}
