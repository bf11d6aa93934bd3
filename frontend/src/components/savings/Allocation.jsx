// Who the net belongs to: by workload or by account, to the cent.
import { SegmentedControl } from "@mantine/core";
import { useState } from "react";

import classes from "./Allocation.module.css";
import { LOSSES } from "./words.js";
import { Card } from "../cards/Card.jsx";
import { useLedger } from "../../hooks/useSavings.js";
import { gain } from "../../services/money.js";

const WAYS = [
  { value: "agent", label: "Workload" },
  { value: "account", label: "Account" },
];

export function Allocation({ span }) {
  const [by, setBy] = useState("agent");
  const state = useLedger({ ...span, by, limit: 1 });
  return (
    <Card
      title="Whose it is"
      aside={<SegmentedControl size="xs" data={WAYS} value={by} onChange={setBy} aria-label="Spread by" />}
      state={state}
      empty={{ when: ({ allocation }) => !allocation.groups.length, title: "Nothing to spread yet" }}
    >
      {({ allocation }) => <Groups groups={allocation.groups} net={allocation.net} />}
    </Card>
  );
}

// Whole cents add up to the total's cents; below a dollar the exact amounts say more, and add up as well.
function Groups({ groups: rounded, net: whole }) {
  const isSmall = Math.abs(whole) < 1;
  const exact = isSmall ? rounded.map((group) => ({ ...group, net: exactly(group) })) : rounded;
  const groups = exact.toSorted((a, b) => b.net - a.net);
  const net = isSmall ? groups.reduce((sum, group) => sum + group.net, 0) : whole;
  const most = Math.max(...groups.map((group) => Math.abs(group.net)), 1e-6);
  return (
    <ul className={classes.groups}>
      {groups.map((group) => (
        <li key={group.name}>
          <span>{group.name ?? "untagged"}</span>
          <span>{gain(group.net)}</span>
          <span className={classes.bar} data-loss={group.net < 0 || undefined} aria-hidden>
            <span style={{ width: `${(100 * Math.abs(group.net)) / most}%` }} />
          </span>
        </li>
      ))}
      <li className={classes.total}>
        <span>Together</span>
        <span>{gain(net)}</span>
      </li>
    </ul>
  );
}

function exactly(group) {
  return group.baseline - group.actual - LOSSES.reduce((sum, line) => sum + group[line], 0);
}
