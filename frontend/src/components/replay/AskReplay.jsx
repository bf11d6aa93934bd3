// What is to be played: which region, which days, which policies, and whether chance decides what nobody watched.
import { Button, Group, NativeSelect, SegmentedControl, TextInput } from "@mantine/core";
import { useState } from "react";

import classes from "./Replay.module.css";
import { OwnPolicy, asPolicy, NOBODYS } from "./OwnPolicy.jsx";
import { Problem } from "../Problem.jsx";
import { useAskReplay } from "../../hooks/useReplays.js";
import { plural } from "../../services/format.js";

const SPANS = [
  { value: "1", label: "1 day" },
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
];
const USUAL = ["yours", "balanced", "steady", "stay", "lowest-price", "on-demand", "omniscient"];

export function AskReplay({ overview, onAsked }) {
  const ask = useAskReplay();
  const [wish, setWish] = useState({ region: overview.data[0].region, days: "30", until: "", policies: USUAL, chance: true, own: NOBODYS });
  const change = (changes) => setWish({ ...wish, ...changes });
  const place = overview.data.find(({ region }) => region === wish.region);
  const submit = (event) => {
    event.preventDefault();
    ask.mutate(questionOf(wish), { onSuccess: (replay) => onAsked(replay.replay_id) });
  };
  return (
    <form className={classes.ask} onSubmit={submit}>
      <div className={classes.span}>
        {overview.data.length > 1 && (
          <NativeSelect
            label="Region"
            data={overview.data.map(({ region }) => region)}
            value={wish.region}
            onChange={(event) => change({ region: event.currentTarget.value })}
          />
        )}
        <SegmentedControl data={SPANS} value={wish.days} onChange={(days) => change({ days })} aria-label="How many days" />
        <TextInput
          type="date"
          label="Up to (UTC)"
          description="Empty: up to now"
          descriptionProps={{ c: "var(--quiet)" }}
          value={wish.until}
          min={place.first_at?.slice(0, 10)}
          max={place.last_at?.slice(0, 10)}
          onChange={(event) => change({ until: event.currentTarget.value })}
        />
      </div>
      <p className={classes.known}>{known(place)}</p>
      <Policies overview={overview} chosen={wish.policies} onChange={(policies) => change({ policies })} />
      <OwnPolicy value={wish.own} onChange={(own) => change({ own })} />
      <label className={classes.choice}>
        <input type="checkbox" checked={wish.chance} onChange={(event) => change({ chance: event.currentTarget.checked })} />
        <span>
          Let chance decide what nobody watched
          <small>Ten draws by the Spot Advisor’s rank; without, a pool that nobody watched is never lost.</small>
        </span>
      </label>
      {ask.isError && <Problem title="This cannot be played">{refusal(ask.error)}</Problem>}
      <Group>
        <Button type="submit" loading={ask.isPending}>
          Play it
        </Button>
      </Group>
    </form>
  );
}

// One's own policy is always among them.
function Policies({ overview, chosen, onChange }) {
  const turn = (name, on) => onChange(on ? [...chosen, name] : chosen.filter((one) => one !== name));
  return (
    <fieldset className={classes.policies}>
      <legend>Policies</legend>
      {overview.policies.map(({ name, words }) => (
        <label key={name} className={classes.choice}>
          <input
            type="checkbox"
            checked={name === "yours" || chosen.includes(name)}
            disabled={name === "yours"}
            onChange={(event) => turn(name, event.currentTarget.checked)}
          />
          <span>
            {name}
            <small>{words}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function known({ workloads, pools, first_at: first, last_at: last }) {
  const day = (at) => new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  return `${plural(workloads, "workload")}, ${plural(pools, "series", "series")} of prices from ${day(first)} to ${day(last)}.`;
}

export function questionOf({ region, days, until, policies, chance, own }) {
  const end = until && `${until}T23:59:59Z`;
  return {
    region,
    days: Number(days),
    until: end || null,
    policies: ["yours", ...policies.filter((name) => name !== "yours")],
    custom: own.isOn ? [asPolicy(own)] : [],
    draws: chance ? 10 : 1,
    hazard: chance ? 1 : 0,
  };
}

function refusal({ message, details }) {
  const fields = Object.entries(details?.fields ?? {}).map(([name, said]) => `${name}: ${[said].flat().map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join(", ")}`);
  return [message, ...fields].join(" ");
}
