// Is anything wrong now, what does it cost, who runs where.
import { Code, Skeleton, Stack, TextInput } from "@mantine/core";
import { useDocumentTitle, useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useRef, useState } from "react";

import classes from "./Page.module.css";
import { Card, Failure, Lines } from "../components/cards/Card.jsx";
import { DowntimeCard } from "../components/cards/DowntimeCard.jsx";
import { FleetFigures } from "../components/fleet/FleetFigures.jsx";
import { FleetTable } from "../components/fleet/FleetTable.jsx";
import { NowBand } from "../components/fleet/NowBand.jsx";
import { useFleet, useLastIncident } from "../hooks/useFleet.js";

const EMPTY = {
  when: ({ agents }) => agents.length === 0,
  title: "No workload yet",
  text: (
    <>
      Each host that enrols appears here. Ask the API for an enrolment token and start <Code>spotopt-agent</Code> on a Spot
      instance; see docs/AGENTS.md.
    </>
  ),
};

export function FleetPage() {
  const fleet = useFleet();
  const { data: last } = useLastIncident();
  const [wanted, setWanted] = useState("");
  useDocumentTitle("Fleet · Spot Optimizer");
  if (fleet.isPending) return <Loading />;
  if (fleet.isError && !fleet.data) return <Failure error={fleet.error} retry={fleet.refetch} />;
  const { agents } = fleet.data;
  return (
    <>
      <NowBand agents={agents} last={last} />
      <div className={classes.pair}>
        <Card title="The fleet now">
          <FleetFigures agents={agents} />
        </Card>
        <DowntimeCard />
      </div>
      <Card
        title="Workloads"
        aside={agents.length > 0 && <Search value={wanted} onChange={setWanted} />}
        state={fleet}
        empty={EMPTY}
      >
        {() => <Found agents={agents.filter((agent) => matches(agent, wanted))} wanted={wanted} />}
      </Card>
    </>
  );
}

function Found({ agents, wanted }) {
  if (agents.length === 0) return <p className={classes.nothing}>No workload matches “{wanted}”.</p>;
  return <FleetTable agents={agents} />;
}

function Search({ value, onChange }) {
  const field = useRef(null);
  useHotkeys([["/", () => field.current?.focus()]]);
  return (
    <TextInput
      ref={field}
      size="sm"
      aria-label="Find a workload"
      placeholder="Find  /"
      leftSection={<IconSearch size={15} aria-hidden />}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      className={classes.search}
    />
  );
}

// A workload is found by its name, or by what it runs on.
export function matches(agent, wanted) {
  const { instance_type: type, az_id: zone, ec2_instance_id: id } = agent.primary ?? {};
  return [agent.logical_name, agent.state, type, zone, id].some((text) =>
    text?.toLowerCase().includes(wanted.trim().toLowerCase()),
  );
}

function Loading() {
  return (
    <Stack gap="xl" role="status" aria-busy="true" aria-label="Loading the fleet">
      <Skeleton height={56} width="60%" />
      <Card>
        <Lines count={2} />
      </Card>
      <Card>
        <Lines count={5} />
      </Card>
    </Stack>
  );
}
