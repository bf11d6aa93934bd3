// One workload: a sentence of state, its machines, its emergency as it plays, and the story so far.
import { Skeleton, Stack } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { Link, useParams, useSearchParams } from "react-router";

import classes from "./Page.module.css";
import { Card, Failure, Lines } from "../components/cards/Card.jsx";
import { DowntimeCard } from "../components/cards/DowntimeCard.jsx";
import { EmergencyEventAlert } from "../components/emergency/EmergencyEventAlert.jsx";
import { Interrupt } from "../components/emergency/Interrupt.jsx";
import { RoleStrip } from "../components/emergency/RoleStrip.jsx";
import { Timeline } from "../components/emergency/Timeline.jsx";
import { Told } from "../components/emergency/Told.jsx";
import { Sign } from "../components/Sign.jsx";
import { useEmergency } from "../hooks/useFleet.js";

export default function AgentPage() {
  const { agentId } = useParams();
  const [query] = useSearchParams();
  const chosen = query.get("incident");
  const state = useEmergency(agentId, chosen);
  useDocumentTitle(`${state.data?.agent.logical_name ?? "Workload"} · Spot Optimizer`);
  if (state.isPending) return <Loading />;
  if (state.isError && !state.data) return <Failure error={state.error} retry={state.refetch} />;
  return <Story story={state.data} isChosen={Boolean(chosen)} />;
}

function Story({ story, isChosen }) {
  const { agent, incident, instances, timeline } = story;
  return (
    <>
      <header className={classes.head}>
        <div>
          <div className={classes.title}>
            <h1>{agent.logical_name}</h1>
            <Sign state={agent.state} />
          </div>
          <p className={classes.sentence}>{agent.sentence}</p>
        </div>
        <Interrupt agent={agent} />
      </header>
      <RoleStrip instances={instances} replica={agent.replica} />
      {isChosen && <Chosen agentId={agent.agent_id} />}
      {incident ? <EmergencyEventAlert incident={incident} /> : <Quiet />}
      <div className={classes.split}>
        <Card title="What happened">
          <Timeline entries={timeline} />
        </Card>
        <div className={classes.column}>
          {incident?.told.length > 0 && (
            <Card title="Who was told">
              <Told told={incident.told} />
            </Card>
          )}
          <DowntimeCard days={7} title="All workloads, last 7 days" />
        </div>
      </div>
    </>
  );
}

// Reached from the list of emergencies.
function Chosen({ agentId }) {
  return (
    <p className={classes.chosen}>
      You are looking at one emergency of the list. <Link to={`/agents/${agentId}`}>Show the open or latest one.</Link>
    </p>
  );
}

function Quiet() {
  return (
    <Card>
      <p className={classes.nothing}>No emergency so far. When AWS announces one, its steps appear here with their seconds.</p>
    </Card>
  );
}

function Loading() {
  return (
    <Stack gap="lg" role="status" aria-busy="true" aria-label="Loading the workload">
      <Skeleton height={40} width="40%" />
      <Skeleton height={96} />
      <Card>
        <Lines count={6} />
      </Card>
    </Stack>
  );
}
