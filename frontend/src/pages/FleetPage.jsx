// Is anything wrong now, and who runs where: the fleet by urgency, filtered, sorted, saved as views, taken along as a file.
import { Code, Skeleton, Stack } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useMemo, useState } from "react";

import classes from "./Page.module.css";
import { Card, Failure, Lines } from "../components/cards/Card.jsx";
import { Chips } from "../components/Chips.jsx";
import { FleetTable } from "../components/fleet/FleetTable.jsx";
import { FleetTools } from "../components/fleet/FleetTools.jsx";
import { NowBand } from "../components/fleet/NowBand.jsx";
import { FILTERS, PLAIN, counts, seen } from "../components/fleet/views.js";
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
  useDocumentTitle("Fleet · Spot Optimizer");
  if (fleet.isPending) return <Loading />;
  if (fleet.isError && !fleet.data) return <Failure error={fleet.error} retry={fleet.refetch} />;
  return (
    <>
      <NowBand agents={fleet.data.agents} last={last} />
      <Workloads fleet={fleet} />
    </>
  );
}

function Workloads({ fleet }) {
  const { agents } = fleet.data;
  const [view, setView] = useState(PLAIN);
  const shown = useMemo(() => seen(agents, view), [agents, view]);
  return (
    <>
      {agents.length > 0 && <Filters agents={agents} view={view} onView={setView} />}
      <Card
        title="Workloads"
        aside={agents.length > 0 && <FleetTools view={view} onView={setView} shown={shown} />}
        state={fleet}
        empty={EMPTY}
      >
        {() => <Found agents={shown} view={view} onView={setView} />}
      </Card>
    </>
  );
}

// Chips that would show nothing are left out, but never the chosen one.
function Filters({ agents, view, onView }) {
  const many = useMemo(() => counts(agents), [agents]);
  const chips = FILTERS.filter(([key]) => key === "all" || key === view.filter || many[key] > 0);
  return (
    <Chips
      label="Which workloads"
      chips={chips.map(([key, word]) => [key, word, many[key]])}
      chosen={view.filter}
      onChoose={(filter) => onView({ ...view, filter })}
    />
  );
}

function Found({ agents, view, onView }) {
  const sort = (key) => onView({ ...view, sort: key, down: view.sort === key && !view.down });
  if (agents.length > 0) return <FleetTable agents={agents} sort={view.sort} down={view.down} onSort={sort} />;
  const wanted = view.find ? `No workload matches “${view.find}”.` : "No workload is like this now.";
  return <p className={classes.nothing}>{wanted}</p>;
}

function Loading() {
  return (
    <Stack gap="xl" role="status" aria-busy="true" aria-label="Loading the fleet">
      <Skeleton height={56} width="60%" />
      <Card>
        <Lines count={5} />
      </Card>
    </Stack>
  );
}
