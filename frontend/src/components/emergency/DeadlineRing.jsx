// What is left of AWS's deadline; a mark once the workload is carried over, a dash where AWS gave no deadline.
import { RingProgress } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";

import classes from "./DeadlineRing.module.css";
import { useServerNow } from "../../hooks/useClock.jsx";
import { countdown } from "../../services/format.js";

export function DeadlineRing({ incident, serverTime, carried }) {
  const now = useServerNow(serverTime, 250);
  if (carried) return <Ring share={1} color="var(--green)" label="Carried over" middle={<IconCheck size={34} stroke={2} color="var(--green)" aria-hidden />} />;
  if (!incident.deadline || incident.closed_at) return <Ring share={0} color="var(--grey)" label="AWS gave no deadline" middle={<Words big="–" small="no deadline" />} />;
  const [left, whole] = span(incident, now);
  return (
    <Ring
      share={Math.max(0, Math.min(1, left / whole))}
      color="var(--tone)"
      label={`${countdown(left)} left until AWS takes the instance`}
      middle={<Words big={countdown(left)} small="left" />}
    />
  );
}

function span(incident, now) {
  const [from, to] = [new Date(incident.opened_at).getTime(), new Date(incident.deadline).getTime()];
  return [(to - now) / 1000, Math.max(120, (to - from) / 1000)];
}

function Ring({ share, color, label, middle }) {
  return (
    <div role="img" aria-label={label}>
      <RingProgress size={112} thickness={8} roundCaps sections={[{ value: 100 * share, color }]} label={<div className={classes.middle}>{middle}</div>} />
    </div>
  );
}

function Words({ big, small }) {
  return (
    <>
      <span className={classes.big}>{big}</span>
      <span className={classes.small}>{small}</span>
    </>
  );
}
