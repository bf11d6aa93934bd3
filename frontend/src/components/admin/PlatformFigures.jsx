// The installation in figures, over all clients.
import { Figure, Figures } from "../cards/Figure.jsx";
import { MISSING, dollars, percent, plural } from "../../services/format.js";

const MISSED_AT_MOST = 0.05;

// `heard` is undefined while it is asked for.
export function PlatformFigures({ stats, heard }) {
  const { PRIMARY: primaries, REPLICA: replicas, ZOMBIE: zombies } = stats.instances;
  return (
    <Figures columns={4}>
      <Figure label="clients" value={stats.clients} note={plural(stats.agents, "workload")} />
      <Figure
        label="machines"
        value={primaries + replicas + zombies}
        note={`${plural(replicas, "replica")}, ${plural(zombies, "zombie")}`}
      />
      <Figure label="spend a month" value={dollars(stats.monthly_spend_usd)} note={priced(stats)} />
      <Figure
        label="heartbeats missed"
        value={percent(heard?.miss_rate, 1)}
        note={heard ? `${heard.online} of ${heard.agents} hosts online` : MISSING}
        tone={heard?.miss_rate == null ? undefined : heard.miss_rate < MISSED_AT_MOST ? "good" : "bad"}
      />
    </Figures>
  );
}

function priced({ unpriced_instances: unknown }) {
  return unknown ? `${plural(unknown, "machine")} without a known price` : "at the prices of this moment";
}
