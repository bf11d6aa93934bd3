import { plural } from "../../services/format.js";
import { usd } from "../../services/money.js";

// The lines of the ledger in words, in the order they are told.
export const LINES = {
  baseline: "On-Demand would be",
  actual: "Paid for serving",
  overlap: "Replicas",
  fallback_premium: "Fallback",
  zombie_burn: "Zombies",
};

// Short, for a single line.
export const LINE_NAMES = { ...LINES, baseline: "Baseline", actual: "Serving" };

export const LOSSES = ["overlap", "fallback_premium", "zombie_burn"];

export const EXPLAINED = {
  baseline: "what the workload would cost On-Demand, fixed when it enrolled and at each switch",
  actual: "what its instances cost while they served",
  overlap: "replicas that stood by",
  fallback_premium: "what On-Demand cost above Spot while there was no Spot",
  zombie_burn: "old instances between the handover and their end",
};

// What replicas cost that nobody needed, and what ending them early spared; nothing where there was none.
export function needless({ needless_replicas: told }) {
  if (!told?.replicas) return null;
  const stood = `${plural(told.replicas, "replica")} stood by for nothing`;
  if (told.cost_usd == null) return `${stood}; nothing is booked of ${told.replicas === 1 ? "it" : "them"} yet.`;
  const spared = told.spared_usd > 0 ? `; ending early spared ${usd(told.spared_usd)}` : "";
  return `${stood} and cost ${usd(told.cost_usd)}${spared}.`;
}

// A day as its bar shows it: what serving on Spot saved, and what that cost beside it.
export function parts(day) {
  const saved = day.baseline - day.actual;
  return { saved: Math.max(0, saved), dearer: Math.max(0, -saved), losses: LOSSES.map((line) => [line, day[line]]) };
}

const SHORTEST = 7;

// Every day of the span from the first that was booked, also those on which nothing was; a week at least.
export function everyDay({ from, to, series }) {
  const known = new Map(series.map((day) => [day.period, day]));
  const days = [];
  for (let at = Date.parse(from); at < Date.parse(to); at += 86_400_000) {
    const period = new Date(at).toISOString().slice(0, 10);
    days.push(known.get(period) ?? { period, isEmpty: true, baseline: 0, actual: 0, overlap: 0, fallback_premium: 0, zombie_burn: 0, net: 0 });
  }
  const first = days.findIndex(({ isEmpty }) => !isEmpty);
  return days.slice(Math.max(0, Math.min(first, days.length - SHORTEST)));
}

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

export function dayName(period) {
  return DAY.format(new Date(`${period}T00:00:00Z`));
}
