// Emergencies of the last days over all clients: how many of which kind ended how, and how fast promotions were.
import { Figure, Figures } from "../cards/Figure.jsx";
import { KINDS, ending } from "../emergency/words.js";
import { percent, plural, seconds } from "../../services/format.js";
import rows from "./Admin.module.css";

export function EmergencyCounts({ told }) {
  const { time_to_promote_seconds: times, false_alarm_share: alarms, rebalances_ended: ended } = told;
  return (
    <>
      <Figures columns={2}>
        <Figure label="notice to promotion, p95" value={seconds(times.p95, 2)} note={`${plural(times.samples, "promotion")}, p50 ${seconds(times.p50, 2)}`} />
        <Figure label="false alarms" value={percent(alarms)} note={`of ${plural(ended, "rebalance recommendation")}`} />
      </Figures>
      {told.per_day.length === 0 ? (
        <p className={rows.note}>No emergency in these days.</p>
      ) : (
        <ul className={rows.rows}>
          {summed(told.per_day).map(({ kind, outcome, events, slowest }) => (
            <li key={`${kind} ${outcome}`}>
              <span>
                {KINDS[kind] ?? kind}
                <span className={rows.sub}>
                  {ending({ outcome, closed_at: outcome !== "open" }) ?? "Open"}
                  {slowest != null && `, the slowest after ${seconds(slowest)}`}
                </span>
              </span>
              <span>{events}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

// The days of one kind and outcome added up, with the slowest promotion of them all; the most frequent first.
export function summed(perDay) {
  const sums = new Map();
  for (const { kind, outcome, events, promote_seconds_max: slowest } of perDay) {
    const key = `${kind} ${outcome}`;
    const known = sums.get(key) ?? { events: 0, slowest: null };
    sums.set(key, { kind, outcome, events: events + known.events, slowest: slower(slowest, known.slowest) });
  }
  return [...sums.values()].sort((one, other) => other.events - one.events);
}

const slower = (one, other) => (one == null || other == null ? (one ?? other ?? null) : Math.max(one, other));
