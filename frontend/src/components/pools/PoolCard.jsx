// One pool: why it stands where it stands, its prices over time, what happened there, and the same figures as a table.
import { Skeleton } from "@mantine/core";
import { Suspense, lazy, useMemo, useState } from "react";

import classes from "./PoolCard.module.css";
import { Legend } from "./Legend.jsx";
import { PriceTable } from "./PriceTable.jsx";
import { conclusion, upToNow } from "./lines.js";
import { ADVISOR, SOURCES, change, nameOf, riskPercent, warnings } from "./words.js";
import { useLeadTimes, usePriceHistory } from "../../hooks/usePools.js";
import { MISSING, discount, percent, unitPrice } from "../../services/format.js";
import { Card, Failure, Lines } from "../cards/Card.jsx";
import { Figure, Figures } from "../cards/Figure.jsx";
import { Time } from "../Time.jsx";

const PriceChart = lazy(() => import("./PriceChart.jsx"));

const SPANS = [
  [24, "24 h"],
  [168, "7 days"],
  [720, "30 days"],
];

export function PoolCard({ pool }) {
  const [hours, setHours] = useState(24);
  return (
    <Card title={nameOf(pool.pool_id)} aside={<Spans hours={hours} onChoose={setHours} />}>
      <Standing pool={pool} />
      <Warnings pool={pool} />
      <PoolFigures pool={pool} />
      <History pool={pool} state={usePriceHistory(pool.pool_id, hours)} />
    </Card>
  );
}

function Spans({ hours, onChoose }) {
  return (
    <div className={classes.spans} role="group" aria-label="How far back">
      {SPANS.map(([value, word]) => (
        <button key={value} type="button" aria-pressed={hours === value} onClick={() => onChoose(value)}>
          {word}
        </button>
      ))}
    </div>
  );
}

function History({ pool, state }) {
  const history = useMemo(() => state.data && upToNow(state.data, pool), [state.data, pool]);
  if (state.isPending) return <Lines />;
  if (state.isError && !state.data) return <Failure error={state.error} retry={state.refetch} />;
  if (state.data.points.length === 0)
    return <p className={classes.sentence}>No prices yet: they appear as soon as a host reports one or AWS publishes one.</p>;
  return <Story history={history} />;
}

function Standing({ pool }) {
  return (
    <p className={classes.sentence}>
      {riskPercent(pool.risk)} likely to be lost within the hour. {pool.evidence}.
      {pool.flag && (
        <strong className={classes.avoided}>
          {" "}
          Avoided because of {pool.why_avoided}, until <Time at={pool.avoided_until} precise />.
        </strong>
      )}
    </p>
  );
}

function Warnings({ pool }) {
  const { data } = useLeadTimes();
  const words = data && warnings(data.pools.find(({ pool_id: id }) => id === pool.pool_id));
  return words ? <p className={classes.sentence}>{words}</p> : null;
}

function PoolFigures({ pool }) {
  const rank = pool.advisor_bucket;
  return (
    <Figures columns={4}>
      <Figure label="price" value={unitPrice(pool.price_usd_per_hour)} note={SOURCES[pool.data_source]} tone={pool.stale ? "bad" : undefined} />
      <Figure
        label="below On-Demand"
        value={percent(discount(pool.price_usd_per_hour, pool.on_demand_usd_per_hour))}
        note={unitPrice(pool.on_demand_usd_per_hour)}
      />
      <Figure label="since yesterday" value={change(pool.trend_24h)} note={<>last change <Time at={pool.changed_at} /></>} />
      <Figure
        label="AWS says"
        value={pool.placement_score == null ? MISSING : `${pool.placement_score} of 10`}
        note={rank == null ? "no Advisor rank" : `Advisor: ${ADVISOR[rank]} a month`}
      />
    </Figures>
  );
}

function Story({ history }) {
  return (
    <div className={classes.story}>
      <h3>{conclusion(history.points)}</h3>
      <Suspense fallback={<Skeleton height={240} />}>
        <PriceChart history={history} />
      </Suspense>
      <Legend history={history} />
      <Markers markers={history.markers} />
      <PriceTable points={history.points} />
    </div>
  );
}

function Markers({ markers }) {
  if (markers.length === 0) return null;
  return (
    <ul className={classes.markers}>
      {markers.map((marker) => (
        <li key={`${marker.at} ${marker.sentence}`} data-kind={marker.kind}>
          {marker.sentence} <Time at={marker.at} />
        </li>
      ))}
    </ul>
  );
}
