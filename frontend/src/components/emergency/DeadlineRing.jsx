// What is left of AWS's deadline; a mark once the workload is carried over, a dash where AWS gave no deadline.
import { RingProgress } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";

import classes from "./DeadlineRing.module.css";
import { QUARTER_MS, useTicking, useTimeLeft } from "../../hooks/useClock.jsx";
import { MISSING } from "../../services/format.js";

const NOTICE_MS = 120_000; // AWS announces two minutes ahead; a shorter notice starts with part of the ring gone

export function DeadlineRing({ incident, carried }) {
  if (carried)
    return (
      <Ring
        share={1}
        color="var(--green)"
        label="Carried over"
        middle={<IconCheck size={34} stroke={2} color="var(--green)" aria-hidden />}
      />
    );
  if (!incident.deadline || incident.closed_at)
    return (
      <Ring share={0} color="var(--grey)" label="AWS gave no deadline" middle={<Words big={MISSING} small="no deadline" />} />
    );
  return <Countdown from={incident.opened_at} to={incident.deadline} />;
}

function Countdown({ from, to }) {
  const left = useTimeLeft(to) ?? "0:00";
  const share = useTicking((now) => (new Date(to) - now) / Math.max(NOTICE_MS, new Date(to) - new Date(from)), QUARTER_MS);
  return (
    <Ring
      share={Math.max(0, Math.min(1, share))}
      color="var(--tone)"
      label={`${left} left until AWS takes the instance`}
      middle={<Words big={left} small="left" />}
    />
  );
}

function Ring({ share, color, label, middle }) {
  return (
    <div role="img" aria-label={label}>
      <RingProgress
        size={112}
        thickness={8}
        roundCaps
        sections={[{ value: 100 * share, color }]}
        label={<div className={classes.middle}>{middle}</div>}
      />
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
