// One emergency: the time left, its steps with their seconds, what comes next, who was told, how long the workload was away.
import { Skeleton, Stack } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { Link, useParams } from "react-router";

import classes from "./Page.module.css";
import { Card, Failure, Lines } from "../components/cards/Card.jsx";
import { Figure, Figures } from "../components/cards/Figure.jsx";
import { Acknowledge } from "../components/emergency/Acknowledge.jsx";
import { EmergencyEventAlert } from "../components/emergency/EmergencyEventAlert.jsx";
import { Timeline } from "../components/emergency/Timeline.jsx";
import { Told } from "../components/emergency/Told.jsx";
import { KINDS, METHODS } from "../components/emergency/words.js";
import { Machines } from "../components/workload/Machines.jsx";
import { useEmergency } from "../hooks/useFleet.js";
import { MISSING, seconds } from "../services/format.js";

export default function EmergencyPage() {
  const { agentId, incidentId } = useParams();
  const state = useEmergency(agentId, incidentId);
  useDocumentTitle(`Emergency of ${state.data?.agent.logical_name ?? "a workload"} · Spot Optimizer`);
  if (state.isPending) return <Loading />;
  if (state.isError && !state.data) return <Failure error={state.error} retry={state.refetch} />;
  return <Story story={state.data} />;
}

function Story({ story }) {
  const { agent, incident, instances } = story;
  return (
    <>
      <nav aria-label="Where you are" className={classes.path}>
        <Link to="/emergencies">Emergencies</Link> / <Link to={`/agents/${agent.agent_id}`}>{agent.logical_name}</Link>
      </nav>
      <header className={classes.head}>
        <div>
          <h1>
            {KINDS[incident.kind]}: {agent.logical_name}
          </h1>
          <p className={classes.sentence}>{agent.sentence}</p>
        </div>
      </header>
      <EmergencyEventAlert incident={incident} />
      <div className={classes.split}>
        <div className={classes.column}>
          <Card title="What was done">
            <Timeline entries={incident.timeline} />
          </Card>
        </div>
        <div className={classes.column}>
          <Card title="Without service">
            <Measured incident={incident} />
          </Card>
          <Card title="Seen">
            <Acknowledge incident={incident} />
          </Card>
          <Card title="Who was told">
            {incident.told.length > 0 ? <Told told={incident.told} /> : <p className={classes.nothing}>Nobody was told yet.</p>}
          </Card>
        </div>
      </div>
      <h2 className={classes.part}>Machines of this workload</h2>
      <Machines instances={instances} replica={agent.replica} />
    </>
  );
}

function Measured({ incident }) {
  return (
    <Figures columns={1}>
      <Figure
        label="measured"
        value={seconds(incident.downtime_seconds)}
        note={METHODS[incident.downtime_method] ?? (incident.closed_at ? "nothing was moved, or nobody could measure it" : "not yet")}
      />
      <Figure label="from the notice until it served again" value={servedAfter(incident)} />
    </Figures>
  );
}

function servedAfter({ steps }) {
  const serving = steps.find(({ key }) => key === "serving");
  return serving?.at ? seconds(serving.seconds_since_received) : MISSING;
}

function Loading() {
  return (
    <Stack gap="lg" role="status" aria-busy="true" aria-label="Loading the emergency">
      <Skeleton height={40} width="50%" />
      <Skeleton height={160} />
      <Card>
        <Lines count={5} />
      </Card>
    </Stack>
  );
}
