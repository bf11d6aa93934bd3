// What the PRIMARYs of a fleet cost now against on-demand.

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
