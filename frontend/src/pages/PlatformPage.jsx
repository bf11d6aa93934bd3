// The administrator's landing page: does the platform stand, what runs on it, what happened over all clients.
import { useDocumentTitle } from "@mantine/hooks";

import classes from "./Page.module.css";
import { DeadLetters } from "../components/admin/DeadLetters.jsx";
import { EmergencyCounts } from "../components/admin/EmergencyCounts.jsx";
import { COMPONENTS, Health } from "../components/admin/Health.jsx";
import { Jobs } from "../components/admin/Jobs.jsx";
import { Modules } from "../components/admin/Modules.jsx";
import { PlatformFigures } from "../components/admin/PlatformFigures.jsx";
import { Queues } from "../components/admin/Queues.jsx";
import { PlatformTold } from "../components/admin/PlatformTold.jsx";
import { SafeMode } from "../components/admin/SafeMode.jsx";
import rows from "../components/admin/Admin.module.css";
import { Card } from "../components/cards/Card.jsx";
import { Band } from "../components/fleet/NowBand.jsx";
import { Activity } from "../components/overview/Activity.jsx";
import {
  useAgentsHealth,
  useAllActivity,
  useAllEmergencies,
  useAllStats,
  usePlatformTold,
  useStreams,
  useSystemHealth,
  useWorkers,
} from "../hooks/useAdmin.js";
import { useModules, useSafeMode } from "../hooks/useControls.js";
import { useLetters } from "../hooks/useOversight.js";
import { plural, seconds } from "../services/format.js";

const FEED = 15;
const DAYS = 7;
const TOLD = 10;

export default function PlatformPage() {
  const [health, workers, stats] = [useSystemHealth(), useWorkers(), useAllStats()];
  const { data: heard } = useAgentsHealth();
  const [emergencies, activity, live] = [useAllEmergencies(DAYS), useAllActivity(FEED), useStreams()];
  const [letters, told] = [useLetters(), usePlatformTold(TOLD)];
  const [safeMode, parts] = [useSafeMode(), useModules()];
  useDocumentTitle("Platform · Spot Optimizer");
  return (
    <>
      <Now components={health.data?.components} incidents={stats.data?.open_incidents} />
      <Card title="Over all clients" state={stats}>
        {(told) => <PlatformFigures stats={told} heard={heard} />}
      </Card>
      <div className={classes.split}>
        <div className={classes.column}>
          <Card title="SAFE MODE" state={safeMode}>
            {(state) => <SafeMode state={state} />}
          </Card>
          <Card title="Components" state={health}>
            {({ components }) => <Health components={components} />}
          </Card>
          {told.data?.notifications.length > 0 && (
            <Card title="What the platform told" state={told}>
              {({ notifications }) => <PlatformTold notifications={notifications} />}
            </Card>
          )}
          <Card title={`Emergencies, last ${DAYS} days`} state={emergencies}>
            {(told) => <EmergencyCounts told={told} />}
          </Card>
          <Card title="What happened, over all clients" state={activity}>
            {({ events }) => <Activity events={events} whose />}
          </Card>
        </div>
        <div className={classes.column}>
          <Card title="Queues" state={workers}>
            {({ queues, processes }) => <Queues queues={queues} processes={processes} />}
          </Card>
          <Card title="Parts" state={parts}>
            {({ modules }) => <Modules modules={modules} />}
          </Card>
          <Card title="Jobs" state={workers} empty={IDLE}>
            {({ jobs }) => <Jobs jobs={jobs} />}
          </Card>
          {letters.data?.letters.length > 0 && (
            <Card title="Dead letters" state={letters}>
              {({ letters: buried }) => <DeadLetters letters={buried} />}
            </Card>
          )}
          <Card title="Live streams" state={live}>
            {(told) => <p className={rows.words}>{streams(told)}</p>}
          </Card>
        </div>
      </div>
    </>
  );
}

const IDLE = {
  when: ({ jobs }) => jobs.length === 0,
  title: "No job has ended yet",
  text: "The timetable ticks in each process with START_WORKERS=true; its first runs appear here within a minute.",
};

// One sentence: what is wrong first, else that nothing is.
function Now({ components, incidents }) {
  if (!components) return <Band tone="blue" headline="Looking at the platform." />;
  const [critical, degraded, unknown] = ["critical", "degraded", null].map((status) =>
    components.filter((one) => one.status === status).map((one) => COMPONENTS[one.component] ?? one.component),
  );
  const [worst, tone] = critical.length ? [critical, "red"] : [degraded, "amber"];
  const told = [unknown.length && `${plural(unknown.length, "component")} not measured or not linked`, emergencies(incidents)];
  return (
    <Band tone={worst.length ? tone : "green"} headline={worst.length ? headline(worst, tone) : "The platform stands as it should."}>
      <p>{told.filter(Boolean).join("; ")}.</p>
    </Band>
  );
}

function headline(names, tone) {
  const list = names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names[0];
  return `${list} ${names.length > 1 ? "are" : "is"} ${tone === "red" ? "critical" : "degraded"}.`;
}

function emergencies(count) {
  if (count == null) return null;
  return count ? `${plural(count, "emergency is", "emergencies are")} not closed yet` : "no emergency is open";
}

function streams({ open_streams: open, events_per_minute: events, oldest_lag_seconds: lag }) {
  const slowest = lag == null ? "" : `, the slowest handed out after ${seconds(lag, 2)}`;
  return `${plural(open, "stream")} open, ${plural(events, "event")} in the last minute${slowest}.`;
}
