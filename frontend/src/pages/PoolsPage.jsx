// Risk and price of every pool of a region, why some are avoided, and one pool's story.
import { NativeSelect } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useSearchParams } from "react-router";

import pages from "./Page.module.css";
import { Card } from "../components/cards/Card.jsx";
import { HeatTable } from "../components/pools/HeatTable.jsx";
import { PoolCard } from "../components/pools/PoolCard.jsx";
import { Runs } from "../components/pools/Runs.jsx";
import { Problem } from "../components/Problem.jsx";
import { usePools } from "../hooks/usePools.js";
import { plural } from "../services/format.js";

const NO_POOL = {
  when: ({ pools }) => pools.length === 0,
  title: "No pool yet",
  text: "Once a workload runs on a linked account, every pool of its region is listed here with its price and its risk.",
};
const NO_RUN = {
  when: ({ consolidation }) => consolidation.length === 0,
  title: "No run yet",
  text: "Every twelve hours the prices that hosts and AWS told are made into one series per pool.",
};

export default function PoolsPage() {
  const [query, setQuery] = useSearchParams();
  const state = usePools(query.get("region"));
  useDocumentTitle("Pools · Spot Optimizer");
  const choose = (changes) => setQuery({ ...Object.fromEntries(query), ...changes }, { replace: true });
  const chosen = state.data && pick(state.data.pools, query.get("pool"));
  return (
    <>
      <header className={pages.head}>
        <div>
          <h1>Pools</h1>
          <p className={pages.sentence}>{state.data && headline(state.data)}</p>
        </div>
        {state.data?.regions.length > 1 && (
          <NativeSelect
            data={state.data.regions}
            value={state.data.region}
            onChange={(event) => choose({ region: event.currentTarget.value })}
            aria-label="Region"
          />
        )}
      </header>
      {state.data?.feed?.stale && <Problem title="Prices are stale">{state.data.feed.note}</Problem>}
      <div className={pages.column}>
        <Card title="Chance of loss within the hour, and price" state={state} empty={NO_POOL}>
          {({ pools }) => <HeatTable pools={pools} chosen={chosen?.pool_id} onChoose={(pool) => choose({ pool })} />}
        </Card>
        {chosen && <PoolCard key={chosen.pool_id} pool={chosen} />}
        <Card title="Consolidation of prices" state={state} empty={NO_RUN}>
          {({ consolidation }) => <Runs runs={consolidation} />}
        </Card>
      </div>
    </>
  );
}

// The one that was asked for, else one where a workload runs, else the first.
export function pick(pools, asked) {
  return pools.find((pool) => pool.pool_id === asked) ?? pools.find((pool) => pool.workloads.length > 0) ?? pools[0];
}

export function headline({ pools, region }) {
  if (!region) return "Nothing runs yet.";
  const avoided = pools.filter((pool) => pool.flag === "danger" || pool.flag === "no_capacity").length;
  const known = `${plural(pools.length, "pool")} in ${region}`;
  return avoided ? `${avoided} of ${known} ${avoided === 1 ? "is" : "are"} avoided for now.` : `None of ${known} is avoided now.`;
}
