// What Spot saved and what that cost, as a sum of lines that can be read one by one.
import { Group, SegmentedControl } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useState } from "react";

import pages from "./Page.module.css";
import { Card } from "../components/cards/Card.jsx";
import { Figure, Figures } from "../components/cards/Figure.jsx";
import { KeepFile } from "../components/KeepFile.jsx";
import { Allocation } from "../components/savings/Allocation.jsx";
import { DayTable } from "../components/savings/DayTable.jsx";
import { LedgerChart } from "../components/savings/LedgerChart.jsx";
import { LinesOfDay } from "../components/savings/Lines.jsx";
import { Reconciliation } from "../components/savings/Reconciliation.jsx";
import { LOSSES, needless } from "../components/savings/words.js";
import { useKpi, useSavings } from "../hooks/useSavings.js";
import { useSession } from "../hooks/useSession.jsx";
import { api } from "../services/apiClient.js";
import { percent } from "../services/format.js";
import { gain, usd } from "../services/money.js";

const SPANS = [
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
];

const EMPTY = {
  when: ({ series }) => series.length === 0,
  title: "Nothing booked yet",
  text: "Within a minute of a workload's first heartbeat its instance-hours are booked here: what they cost, and what On-Demand would have cost.",
};

export default function SavingsPage() {
  const { client_id: id } = useSession();
  const [days, setDays] = useState("30");
  const [chosen, choose] = useState(null);
  const span = spanOf(Number(days));
  const state = useSavings(span);
  useDocumentTitle("Savings · Spot Optimizer");
  return (
    <>
      <header className={pages.head}>
        <div>
          <h1>Savings</h1>
          {state.data && <p className={pages.sentence}>{verdict(state.data)}</p>}
          {state.data && <p className={pages.sentence}>{needless(state.data)}</p>}
        </div>
        <Group gap="xs">
          <SegmentedControl size="sm" data={SPANS} value={days} onChange={setDays} aria-label="Days shown" />
          <KeepFile ask={() => api.savingsFile(id, span)} name={`savings-${span.from}-${span.to}.csv`} />
        </Group>
      </header>
      <Month />
      <Card title="Net savings by day" state={state} empty={EMPTY}>
        {(savings) => (
          <>
            <LedgerChart savings={savings} chosen={chosen} onChoose={choose} />
            <DayTable days={savings.series} chosen={chosen} onChoose={choose} />
          </>
        )}
      </Card>
      {chosen && (
        <div className={pages.below}>
          <LinesOfDay day={chosen} />
        </div>
      )}
      <div className={`${pages.pair} ${pages.below}`}>
        <Allocation span={span} />
        <Reconciliation span={span} />
      </div>
    </>
  );
}

function Month() {
  const state = useKpi();
  return (
    <div className={pages.above}>
      <Card title="At the prices of this moment" state={state}>
        {(kpi) => (
          <Figures columns={4}>
            <Figure label="net saved this month" value={gain(kpi.savings_month_to_date)} note="losses included" tone={tone(kpi.savings_month_to_date)} />
            <Figure label="spend per month" value={usd(kpi.monthly_spend)} note={unpriced(kpi)} />
            <Figure label="On-Demand would be" value={usd(kpi.on_demand_equivalent)} note="730 hours" />
            <Figure label="below On-Demand" value={percent(share(kpi))} note={kpi.stale ? "last known prices" : `prices: ${kpi.data_source}`} />
          </Figures>
        )}
      </Card>
    </div>
  );
}

function share({ monthly_spend: spend, on_demand_equivalent: whole }) {
  return spend == null || !whole ? null : 1 - spend / whole;
}

function unpriced({ instances, unpriced: missing }) {
  return missing ? `${missing} of ${instances} instances without a price` : `${instances} instance${instances === 1 ? "" : "s"}`;
}

function tone(net) {
  if (net == null) return undefined;
  return net < 0 ? "bad" : "good";
}

function verdict({ total }) {
  const lost = LOSSES.reduce((sum, line) => sum + total[line], 0);
  const paid = total.actual + lost;
  if (!total.baseline) return "Nothing has been booked in these days.";
  return `Paid ${usd(paid)} where On-Demand would have cost ${usd(total.baseline)}; ${usd(lost)} of it for replicas, fallbacks and zombies.`;
}

function spanOf(days) {
  const day = (at) => new Date(at).toISOString().slice(0, 10);
  return { from: day(Date.now() - (days - 1) * 86_400_000), to: day(Date.now()) };
}
