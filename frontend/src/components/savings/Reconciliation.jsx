// What was booked against what AWS billed.
import { Card } from "../cards/Card.jsx";
import { Figure, Figures } from "../cards/Figure.jsx";
import { useReconciliation } from "../../hooks/useSavings.js";
import { percent } from "../../services/format.js";
import { usd } from "../../services/money.js";

const GOOD_PERCENT = 1;

const EMPTY = {
  when: ({ days }) => !days.some((day) => day.billed_usd != null),
  title: "No bill imported yet",
  text: "Send the lines of your Cost and Usage Report to POST /api/ledger/bill-import; the gap to the ledger is shown here, day by day.",
};

export function Reconciliation({ span }) {
  return (
    <Card title="Against the bill" state={useReconciliation(span)} empty={EMPTY}>
      {(found) => (
        <Figures columns={3}>
          <Figure label="booked" value={usd(found.booked_usd)} note="on days with a bill" />
          <Figure label="billed" value={usd(found.billed_usd)} />
          <Figure label="gap" value={percent(found.gap_pct == null ? null : found.gap_pct / 100, 2)} tone={tone(found.gap_pct)} note="goal: below 1 %" />
        </Figures>
      )}
    </Card>
  );
}

function tone(gap) {
  if (gap == null) return undefined;
  return Math.abs(gap) < GOOD_PERCENT ? "good" : "bad";
}
