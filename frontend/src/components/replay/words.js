// What a replay's figures are called, and where its points lie.
import { percent } from "../../services/format.js";

export const STATES = {
  queued: { word: "Waits", color: "gray" },
  running: { word: "Plays", color: "blue" },
  done: { word: "Done", color: "teal" },
  failed: { word: "Failed", color: "red" },
  cancelled: { word: "Cancelled", color: "gray" },
};

export const UPRIGHT = {
  downtime_seconds_per_workload_month: { word: "away", unit: "s away per workload and month", short: (value) => `${value.toFixed(value < 10 ? 1 : 0)} s` },
  interruptions_per_workload_month: { word: "interruptions", unit: "interruptions per workload and month", short: (value) => value.toFixed(value < 10 ? 2 : 0) },
};

export const KINDS = { own: "your own", policy: "a policy", baseline: "what others do", bound: "a bound" };

export const cost = ({ figures }) => figures.cost_over_on_demand.mean;

// Where nine draws in ten lie; null where they all came to the same, as with records alone.
export function between({ low, high }, write) {
  const [least, most] = [write(low), write(high)];
  return least === most ? null : `${least} to ${most}`;
}

export function sentence(policies, upright) {
  const { unit, short } = UPRIGHT[upright];
  const told = policies.map((one) => `${one.policy} ${percent(cost(one))} and ${short(one.figures[upright].mean)}`);
  return `Cost as a share of On-Demand, and ${unit}: ${told.join("; ")}.`;
}

// Policies that came out the same share a point and its label.
export function pointsOf(policies, upright) {
  const found = new Map();
  for (const one of policies) {
    const key = `${cost(one).toFixed(3)} ${one.figures[upright].mean.toFixed(2)}`;
    const known = found.get(key);
    if (known) known.policies.push(one);
    else found.set(key, { key, x: cost(one), y: one.figures[upright].mean, policies: [one] });
  }
  return [...found.values()].map((point) => ({ ...point, label: point.policies.map(({ policy }) => policy).join(", "), kind: strongest(point.policies) }));
}

const ORDER = ["own", "policy", "baseline", "bound"];

function strongest(policies) {
  return ORDER.find((kind) => policies.some((one) => one.kind === kind));
}

// Labels beside their points, moved up until none covers another. `places`: { x, y, width } in drawing units.
export function spread(places, height) {
  const put = [];
  for (const place of [...places].sort((a, b) => b.y - a.y || a.x - b.x)) {
    let y = place.y;
    while (put.some((other) => Math.abs(other.y - y) < height && place.x < other.x + other.width && other.x < place.x + place.width)) y -= height / 4;
    put.push({ ...place, y });
  }
  return put;
}
