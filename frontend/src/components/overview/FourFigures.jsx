// What the fleet costs and what it saves: spend against on-demand, net savings, downtime of the budget, share on Spot.
import { Figure, Figures } from "../cards/Figure.jsx";
import { totals } from "../fleet/totals.js";
import { MISSING, discount, hourly, percent, plural, seconds } from "../../services/format.js";

// `downtime` is undefined while it is asked for, `saved` where nobody books savings.
export function FourFigures({ agents, downtime, saved = null }) {
  const { spend, onDemand, spot, known } = totals(agents);
  const below = known ? discount(spend, onDemand) : null;
  return (
    <Figures columns={4} feature="client-home-kpi-reuse-indep-view-spend">
      <Figure label="spend" value={hourly(known ? spend : null)} note={against(below, known ? onDemand : null)} />
      <Figure label="net saved this month" value={saved ?? MISSING} note={saved ? "losses included" : "not booked yet"} />
      <Figure
        label="downtime used this month"
        value={seconds(downtime?.month_used_seconds)}
        note={downtime ? `of ${downtime.month_budget_seconds} s` : "measured, not assumed"}
        tone={tone(downtime)}
      />
      <Figure label="on Spot" value={percent(agents.length ? spot / agents.length : null)} note={`${spot} of ${plural(agents.length, "workload")}`} />
    </Figures>
  );
}

function against(below, onDemand) {
  if (onDemand == null) return "no price known yet";
  return below > 0 ? `${percent(below)} below ${hourly(onDemand)} On-Demand` : `On-Demand would be ${hourly(onDemand)}`;
}

function tone(downtime) {
  if (!downtime?.month_used_seconds) return undefined;
  return downtime.month_used_seconds > downtime.month_budget_seconds ? "bad" : "good";
}
