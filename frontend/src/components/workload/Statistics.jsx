// How one workload fared so far. What nobody measured is a dash.
import { useStatistics } from "../../hooks/useWorkload.js";
import { percent, plural, seconds } from "../../services/format.js";
import { Card } from "../cards/Card.jsx";
import { Figure, Figures } from "../cards/Figure.jsx";

export function Statistics({ agentId }) {
  return (
    <Card title="So far" state={useStatistics(agentId)}>
      {(told) => (
        <Figures columns={2}>
          <Figure label="moves" value={told.switches} note={`${told.switches_by_hand} by hand`} />
          <Figure label="carried over" value={percent(told.success_rate)} note={plural(told.false_alarms, "false alarm")} />
          <Figure label="p95 without service" value={seconds(told.downtime_p95_seconds)} note="per move" />
          <Figure label="without service in all" value={seconds(told.downtime_total_seconds)} note="measured" />
        </Figures>
      )}
    </Card>
  );
}
