// One workload: a sentence of state, its machines, its emergency as it plays, what one may do, and the story so far.
import { Skeleton, Stack } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { Link, useParams } from "react-router";

import classes from "./Page.module.css";
import { Card, Failure, Lines } from "../components/cards/Card.jsx";
import { EmergencyEventAlert } from "../components/emergency/EmergencyEventAlert.jsx";
import { Interrupt } from "../components/emergency/Interrupt.jsx";
import { Timeline } from "../components/emergency/Timeline.jsx";
import { Sign } from "../components/Sign.jsx";
import { Commands } from "../components/workload/Commands.jsx";
import { Machines } from "../components/workload/Machines.jsx";
import { Mode } from "../components/workload/Mode.jsx";
import { Move } from "../components/workload/Move.jsx";
import { Release } from "../components/workload/Release.jsx";
import { Replicas } from "../components/workload/Replicas.jsx";
import { ScalingGroup } from "../components/workload/ScalingGroup.jsx";
import { Statistics } from "../components/workload/Statistics.jsx";
import { useEmergency } from "../hooks/useFleet.js";
import { useSession } from "../hooks/useSession.jsx";
import { useReplicas } from "../hooks/useWorkload.js";

export default function AgentPage() {
  const { agentId } = useParams();
  const state = useEmergency(agentId);
  useDocumentTitle(`${state.data?.agent.logical_name ?? "Workload"} · Spot Optimizer`);
  if (state.isPending) return <Loading />;
  if (state.isError && !state.data) return <Failure error={state.error} retry={state.refetch} />;
  return <Story story={state.data} />;
}

function Story({ story }) {
  const { agent, incident, instances, timeline, commands } = story;
  const { isAdmin } = useSession();
  return (
    <>
      <header className={classes.head}>
        <div>
          <div className={classes.title}>
            <h1>{agent.logical_name}</h1>
            <Sign state={agent.state} />
          </div>
          <p className={classes.sentence}>{agent.sentence}</p>
          <ScalingGroup group={story.scaling_group} />
        </div>
        <Interrupt agent={agent} />
      </header>
      <Machines instances={instances} replica={agent.replica} />
      {incident ? <Emergency agent={agent} incident={incident} /> : <Quiet />}
      <div className={classes.split}>
        <div className={classes.column}>
          <Card title="What happened">
            <Timeline entries={timeline} />
          </Card>
          {commands.length > 0 && (
            <Card title="Commands">
              <Commands commands={commands} />
            </Card>
          )}
          <Statistics agentId={agent.agent_id} />
        </div>
        {isAdmin ? <Looking /> : <Handles agent={agent} />}
      </div>
    </>
  );
}

function Emergency({ agent, incident }) {
  return (
    <>
      <EmergencyEventAlert incident={incident} />
      <p className={classes.more}>
        <Link to={`/agents/${agent.agent_id}/emergencies/${incident.incident_id}`}>
          {incident.closed_at ? "Read how this emergency went" : "Follow this emergency on its own page"}
        </Link>
      </p>
    </>
  );
}

// What a person may do with it.
function Handles({ agent }) {
  const replicas = useReplicas(agent.agent_id);
  return (
    <div className={classes.column}>
      <Card title="Mode">
        <Mode agent={agent} />
      </Card>
      <Card title="Replicas" state={replicas}>
        {(known) => <Replicas agent={agent} replicas={known.replicas} />}
      </Card>
      {agent.primary && (
        <Card title="Another pool">
          <Move agent={agent} />
        </Card>
      )}
      <Card title="Take out of care">
        <Release agent={agent} />
      </Card>
    </div>
  );
}

// Who only looks is not offered what the server would refuse.
function Looking() {
  return (
    <Card title="What one may do with it">
      <p className={classes.nothing}>Mode, replicas, moves and farewell are its client’s. Act for the client to use them.</p>
    </Card>
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
