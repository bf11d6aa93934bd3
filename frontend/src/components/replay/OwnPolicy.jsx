// A policy that is tried on paper before anybody sets it.
import { NativeSelect, TextInput } from "@mantine/core";

import classes from "./Replay.module.css";

export const NOBODYS = { isOn: false, name: "mine", saving: "20", hours: "24", rebalance: "prepare_replica" };

const REBALANCE = [
  { value: "prepare_replica", label: "prepare a replica" },
  { value: "switch", label: "move at once" },
  { value: "observe", label: "only be written down" },
  { value: "off", label: "be ignored" },
];

export function OwnPolicy({ value, onChange }) {
  const change = (changes) => onChange({ ...value, ...changes });
  return (
    <>
      <label className={classes.choice}>
        <input type="checkbox" checked={value.isOn} onChange={(event) => change({ isOn: event.currentTarget.checked })} />
        <span>
          A policy of my own
          <small>Tried here before it is set anywhere.</small>
        </span>
      </label>
      {value.isOn && (
        <div className={classes.own}>
          <TextInput label="Its name" value={value.name} maxLength={31} required onChange={(event) => change({ name: event.currentTarget.value })} />
          <TextInput
            type="number"
            label="Move for at least (%)"
            min={0}
            max={100}
            required
            value={value.saving}
            onChange={(event) => change({ saving: event.currentTarget.value })}
          />
          <TextInput
            type="number"
            label="Rest between moves (h)"
            min={1}
            max={720}
            required
            value={value.hours}
            onChange={(event) => change({ hours: event.currentTarget.value })}
          />
          <NativeSelect
            label="A recommendation shall"
            data={REBALANCE}
            value={value.rebalance}
            onChange={(event) => change({ rebalance: event.currentTarget.value })}
          />
        </div>
      )}
    </>
  );
}

export function asPolicy({ name, saving, hours, rebalance }) {
  return { name: name.trim().toLowerCase(), min_saving_pct: Number(saving), cooldown_seconds: Math.round(3600 * Number(hours)), rebalance_mode: rebalance };
}
