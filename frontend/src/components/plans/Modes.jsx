// How far the product may go by itself, per kind of plan; exceptions for single workloads are told below.
import { NativeSelect } from "@mantine/core";

import classes from "./Plans.module.css";
import { DEFAULTS, KINDS, MODES } from "./words.js";
import { useModeSetting } from "../../hooks/usePlans.js";
import { useSession } from "../../hooks/useSession.jsx";
import { Card } from "../cards/Card.jsx";
import { Problem } from "../Problem.jsx";

const CHOICES = MODES.map(([value, label]) => ({ value, label }));

export function Modes({ modes }) {
  const set = useModeSetting();
  const isAdmin = useSession()?.isAdmin;
  const own = modes.filter((rule) => rule.agent_id || rule.account_id);
  return (
    <Card title="How far it may go by itself">
      <div className={classes.modes}>
        {Object.entries(KINDS).map(([kind, label]) => (
          <NativeSelect
            key={kind}
            label={label}
            data={CHOICES}
            value={ruling(modes, kind)}
            disabled={set.isPending || isAdmin}
            onChange={(event) => set.mutate({ mode: event.currentTarget.value, kind })}
          />
        ))}
        {set.isError && <Problem>{set.error.message}</Problem>}
        <p className={classes.exceptions}>{exceptions(own)} Interruptions are never held up by this.</p>
      </div>
    </Card>
  );
}

// What holds for every workload: the setting of this kind, else that of every kind, else the product's own.
export function ruling(modes, kind) {
  const general = modes.filter((rule) => !rule.agent_id && !rule.account_id);
  const rule = general.find((one) => one.kind === kind) ?? general.find((one) => one.kind == null);
  return rule?.mode ?? DEFAULTS[kind];
}

function exceptions(own) {
  if (!own.length) return "It holds for every workload.";
  return `${own.map((rule) => `${rule.agent_name ?? "An account"}: ${rule.mode}`).join("; ")}.`;
}
