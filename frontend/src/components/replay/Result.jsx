// One replay: how far it is, why it ended, or what it came to.
import { Button, Progress, SegmentedControl } from "@mantine/core";
import { useState } from "react";

import classes from "./Replay.module.css";
import { Pareto } from "./Pareto.jsx";
import { PolicyTable } from "./PolicyTable.jsx";
import { UPRIGHT } from "./words.js";
import { Card } from "../cards/Card.jsx";
import { Problem } from "../Problem.jsx";
import { useCancelReplay, useReplayReport } from "../../hooks/useReplays.js";
import { percent, plural } from "../../services/format.js";

export function Result({ replay }) {
  if (replay.status === "done") return <Report replay={replay} />;
  if (replay.status === "failed")
    return (
      <Card title={titleOf(replay)}>
        <div className={classes.inner}>
          <Problem title="This replay failed">{replay.sentence}</Problem>
        </div>
      </Card>
    );
  if (replay.status === "cancelled")
    return (
      <Card title={titleOf(replay)}>
        <p className={classes.known}>It was cancelled before it came to anything.</p>
      </Card>
    );
  return <UnderWay replay={replay} />;
}

function UnderWay({ replay }) {
  const cancel = useCancelReplay();
  const words = replay.is_cancelling ? "Stops within seconds" : replay.status === "queued" ? "Waits for its turn" : `${percent(replay.progress)} played`;
  return (
    <Card title={titleOf(replay)}>
      <div className={classes.inner} role="status">
        <p className={classes.known}>
          {words}. {plural(replay.policies.length, "policy", "policies")}, {plural(replay.draws, "draw")}; it goes on when you leave this page.
        </p>
        <Progress value={100 * replay.progress} aria-label="Played so far" />
        {cancel.isError && <Problem>{cancel.error.message}</Problem>}
        <Button mt="md" variant="default" size="sm" loading={cancel.isPending || replay.is_cancelling} onClick={() => cancel.mutate(replay.replay_id)}>
          Cancel this replay
        </Button>
      </div>
    </Card>
  );
}

function Report({ replay }) {
  const state = useReplayReport(replay.replay_id);
  const [upright, setUpright] = useState(Object.keys(UPRIGHT)[0]);
  const choices = Object.entries(UPRIGHT).map(([value, { word }]) => ({ value, label: word }));
  return (
    <Card
      title={titleOf(replay)}
      state={state}
      aside={<SegmentedControl size="xs" data={choices} value={upright} onChange={setUpright} aria-label="What stands upright" />}
    >
      {(report) => (
        <>
          <p className={classes.verdict}>{report.verdict}</p>
          <Pareto policies={report.policies} upright={upright} />
          <PolicyTable report={report} />
          <Gaps gaps={report.gaps} />
        </>
      )}
    </Card>
  );
}

function Gaps({ gaps }) {
  return (
    <section className={classes.gaps} aria-label="What the data cannot tell">
      <h3>What the data cannot tell</h3>
      <ul>
        {gaps.map((gap) => (
          <li key={gap}>{gap}</li>
        ))}
      </ul>
    </section>
  );
}

export function titleOf({ region, since, until }) {
  const day = (at) => new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  return `${region}, ${day(since)} to ${day(until)}`;
}
