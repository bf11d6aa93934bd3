// How workloads are spread over pools: how many in one, how much dearer than the cheapest, what counts.
import { NativeSelect } from "@mantine/core";

import classes from "./Plans.module.css";
import { INCREASES, SHARES, WEIGHTS } from "./words.js";
import { useSpread, useSpreadSetting } from "../../hooks/usePlans.js";
import { Card } from "../cards/Card.jsx";
import { Problem } from "../Problem.jsx";

export function Spread() {
  const state = useSpread();
  const set = useSpreadSetting();
  const choose = (name) => (event) => set.mutate({ [name]: event.currentTarget.value === "" ? null : Number(event.currentTarget.value) });
  return (
    <Card title="Where workloads may stand" state={state}>
      {(spread) => (
        <div className={classes.modes}>
          <Choice label="In one pool at most" known={SHARES} value={spread.max_share_pct} unit=" % of your workloads" set={set} onChange={choose("max_share_pct")} />
          <Choice label="Dearer than the cheapest" known={INCREASES} value={spread.price_increase_pct} unit=" % at most" set={set} onChange={choose("price_increase_pct")} />
          <Choice label="What counts" known={WEIGHTS} value={spread.price_weight} unit=" of the score is price" set={set} onChange={choose("price_weight")} />
          {set.isError && <Problem>{set.error.message}</Problem>}
          <p className={classes.exceptions}>{types(spread)} The next decision takes it; interruptions are answered wherever there is room.</p>
        </div>
      )}
    </Card>
  );
}

function Choice({ label, known, value, unit, set, onChange }) {
  const now = value === null ? "" : String(value);
  const data = known.some(([one]) => one === now) ? known : [...known, [now, `${now}${unit}`]];
  return <NativeSelect label={label} data={data.map(([one, text]) => ({ value: one, label: text }))} value={now} disabled={set.isPending} onChange={onChange} />;
}

function types({ allow, deny }) {
  const only = allow.length ? `Only ${allow.join(", ")}.` : "";
  const never = deny.length ? `Never ${deny.join(", ")}.` : "";
  return <span>{[only, never].filter(Boolean).join(" ") || "Any type that fits."}</span>;
}
