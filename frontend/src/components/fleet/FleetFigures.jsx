// What the fleet costs now against on-demand, from the prices of its PRIMARYs.
import { Figure, Figures } from "../cards/Figure.jsx";
import { discount, hourly, percent, plural } from "../../services/format.js";

export function FleetFigures({ agents }) {
  const { spend, onDemand, spot, known } = totals(agents);
  return (
    <Figures columns={2}>
      <Figure
        label="serving now"
        value={`${agents.filter((agent) => agent.serving).length} of ${agents.length}`}
        note={standbys(agents)}
      />
      <Figure label="spend" value={hourly(known ? spend : null)} note={`on-demand would be ${hourly(known ? onDemand : null)}`} />
      <Figure
        label="below on-demand"
        value={percent(known ? discount(spend, onDemand) : null)}
        note="at the prices of this moment"
      />
      <Figure label="on Spot" value={percent(agents.length ? spot / agents.length : null)} note={plural(spot, "workload")} />
    </Figures>
  );
}

// Sums over the workloads whose prices are known.
export function totals(agents) {
  const primaries = agents.map((agent) => agent.primary).filter(Boolean);
  const priced = primaries.filter((primary) => primary.price_usd_per_hour != null && primary.on_demand_usd_per_hour != null);
  const sum = (key) => priced.reduce((total, primary) => total + primary[key], 0);
  return {
    spend: sum("price_usd_per_hour"),
    onDemand: sum("on_demand_usd_per_hour"),
    spot: primaries.filter((primary) => primary.lifecycle === "spot").length,
    known: priced.length > 0,
  };
}

function standbys(agents) {
  const count = agents.filter((agent) => agent.replica).length;
  return count ? `${plural(count, "replica")} standing by or preparing` : "no replica needed";
}
