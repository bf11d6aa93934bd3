// The landing page: is anything wrong now, what does it cost and save, what happened and why.
import { Code, Skeleton, Stack } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { Link } from "react-router";

import classes from "./Page.module.css";
import { Card, Failure, Lines } from "../components/cards/Card.jsx";
import { DowntimeCard } from "../components/cards/DowntimeCard.jsx";
import { NowBand } from "../components/fleet/NowBand.jsx";
import { Activity } from "../components/overview/Activity.jsx";
import { FourFigures } from "../components/overview/FourFigures.jsx";
import { States } from "../components/overview/States.jsx";
import { Week } from "../components/overview/Week.jsx";
import { useActivity } from "../hooks/useActivity.js";
import { useDowntime, useFleet, useLastIncident } from "../hooks/useFleet.js";
import { useKpi } from "../hooks/useSavings.js";
import { gain } from "../services/money.js";

const FEED = 20;
const DAYS = 1;

const QUIET = {
  when: ({ events }) => events.length === 0,
  title: "Nothing happened yet",
  text: "Every notice, launch, promotion and end is told here in one sentence, with its reason.",
};

const NO_WORKLOAD = {
  when: (agents) => agents.length === 0,
  title: "No workload yet",
  text: (
    <>
      Each host that enrols appears here. <Link to="/settings">Make an enrolment token</Link> and start{" "}
      <Code>spotopt-agent</Code> with it on a Spot instance; see docs/AGENTS.md.
    </>
  ),
};

export function OverviewPage() {
  const fleet = useFleet();
  const { data: last } = useLastIncident();
  const { data: downtime } = useDowntime(DAYS);
  const { data: kpi } = useKpi();
  const activity = useActivity(FEED);
  useDocumentTitle("Overview · Spot Optimizer");
  if (fleet.isPending) return <Loading />;
  if (fleet.isError && !fleet.data) return <Failure error={fleet.error} retry={fleet.refetch} />;
  const { agents } = fleet.data;
  return (
    <>
      <NowBand agents={agents} last={last} />
      <Card title="What it costs and saves" state={fleet}>
        {() => <FourFigures agents={agents} downtime={downtime} saved={saved(kpi)} />}
      </Card>
      <div className={classes.split}>
        <Card title="What happened" state={activity} empty={QUIET}>
          {({ events }) => <Activity events={events} />}
        </Card>
        <div className={classes.column}>
          <Week />
          <Card title="Workloads" state={{ data: agents }} empty={NO_WORKLOAD}>
            {() => <States agents={agents} />}
          </Card>
          <DowntimeCard days={DAYS} />
        </div>
      </div>
    </>
  );
}

// Null until the first instance-hour is booked.
function saved(kpi) {
  return kpi?.savings_month_to_date == null ? null : gain(kpi.savings_month_to_date);
}

function Loading() {
  return (
    <Stack gap="xl" role="status" aria-busy="true" aria-label="Loading the overview">
      <Skeleton height={56} width="60%" />
      <Card>
        <Lines count={2} />
      </Card>
      <Card>
        <Lines count={6} />
      </Card>
    </Stack>
  );
}
