// How long handovers kept a client's workloads away over the last `days`, and what is left of the month's budget.
import { Progress } from "@mantine/core";

import { Card } from "./Card.jsx";
import { Figure, Figures } from "./Figure.jsx";
import classes from "./DowntimeCard.module.css";
import { useDowntime } from "../../hooks/useFleet.js";
import { MISSING, percent, seconds } from "../../services/format.js";

const GOOD_P95_SECONDS = 10;

export function DowntimeCard({ days = 1, title = "Downtime, last 24 hours" }) {
  return (
    <Card title={title} state={useDowntime(days)}>
      {(downtime) => <DowntimeFigures downtime={downtime} />}
    </Card>
  );
}

export function DowntimeFigures({ downtime }) {
  return (
    <>
      <Figures columns={3}>
        <Figure label="p95 of a handover" value={seconds(downtime.p95)} note={trend(downtime)} tone={tone(downtime.p95)} />
        <Figure label="carried over" value={percent(downtime.success_rate)} note={handovers(downtime.count)} />
        <Figure label="shortest, longest" value={range(downtime)} note={`average ${seconds(downtime.avg)}`} />
      </Figures>
      <Budget used={downtime.month_used_seconds} budget={downtime.month_budget_seconds} />
    </>
  );
}

function Budget({ used, budget }) {
  const spent = used ?? 0;
  return (
    <div className={classes.budget}>
      <Progress
        value={Math.min(100, (100 * spent) / budget)}
        color={spent > budget ? "red" : "teal"}
        size="sm"
        aria-label="Downtime used this month"
      />
      <p>
        {seconds(spent)} of the month’s {budget} s used
      </p>
    </div>
  );
}

function tone(p95) {
  if (p95 == null) return undefined;
  return p95 < GOOD_P95_SECONDS ? "good" : "bad";
}

const ARROWS = { up: "↑ longer than before", down: "↓ shorter than before", flat: "→ as before" };

function trend({ trend: direction, previous_p95: before }) {
  return direction ? `${ARROWS[direction]} (${seconds(before)})` : "nothing to compare yet";
}

function range({ min, max }) {
  if (min == null) return MISSING;
  return min.toFixed(1) === max.toFixed(1) ? seconds(max) : `${min.toFixed(1)}–${seconds(max)}`;
}

function handovers(count) {
  return count ? `${count} handover${count === 1 ? "" : "s"}` : "no handover yet";
}
