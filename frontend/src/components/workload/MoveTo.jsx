// Every pool a workload could stand in, best first; what a move to the chosen one would bring; the move itself.
import { Button, Group, Modal, NativeSelect, Skeleton } from "@mantine/core";
import { useState } from "react";
import { useNavigate } from "react-router";

import classes from "./Move.module.css";
import { useMove, useOptions, useTriedMove } from "../../hooks/useMove.js";
import { percent, seconds, unitPrice } from "../../services/format.js";
import { nameOf } from "../pools/words.js";
import { Problem } from "../Problem.jsx";

export default function MoveTo({ agent, onClose }) {
  const options = useOptions(agent.primary.instance_id);
  const [chosen, choose] = useState(null);
  const elsewhere = (options.data?.options ?? []).filter(({ pool }) => !isHere(pool, agent.primary));
  const target = chosen ?? elsewhere[0]?.pool;
  return (
    <Modal opened onClose={onClose} title={<strong>Move {agent.logical_name}</strong>} size="lg" centered closeButtonProps={{ "aria-label": "Close" }}>
      {options.isError && <Problem title="The pools are not known">{options.error.message}</Problem>}
      {options.isPending && <Skeleton height={120} />}
      {options.data && elsewhere.length === 0 && <p className={classes.words}>There is no other pool in this region.</p>}
      {target && (
        <>
          <NativeSelect label="To which pool" value={target} onChange={(event) => choose(event.currentTarget.value)} data={elsewhere.map(asOption)} data-autofocus />
          <Trial key={target} agent={agent} pool={target} onClose={onClose} />
        </>
      )}
    </Modal>
  );
}

const isHere = (pool, { az_id: zone, instance_type: type, lifecycle }) => lifecycle === "spot" && pool.startsWith(`${zone}:${type}:`);

function asOption({ pool, price, excluded_by: out }) {
  return { value: pool, label: `${nameOf(pool)} · ${unitPrice(price)}${out ? " · advised against" : ""}` };
}

function Trial({ agent, pool, onClose }) {
  const trial = useTriedMove(agent.primary.instance_id, pool);
  const move = useMove(agent.primary.instance_id);
  const go = useNavigate();
  const act = () => move.mutate(pool, { onSuccess: () => go("/switches") });
  if (trial.isPending) return <Skeleton height={150} mt="md" />;
  if (trial.isError) return <Problem title="This could not be tried">{trial.error.message}</Problem>;
  return (
    <>
      <Brings trial={trial.data} />
      {trial.data.refused_because && <p className={classes.words}>By itself it would not be moved there: {trial.data.refused_because}.</p>}
      {move.isError && <Problem>{move.error.message}</Problem>}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose}>
          Leave it
        </Button>
        <Button loading={move.isPending} onClick={act}>
          Move it to {nameOf(pool)}
        </Button>
      </Group>
    </>
  );
}

function Brings({ trial }) {
  const { saving_usd_per_hour: saving, risk, expected_downtime_seconds: gap, expected_downtime_rests_on: basis, steps } = trial;
  return (
    <>
      <dl className={classes.brings}>
        <div>
          <dt>{saving != null && saving < 0 ? "costs more" : "saves"}</dt>
          <dd>{unitPrice(saving == null ? null : Math.abs(saving))}</dd>
        </div>
        <div>
          <dt>remembered against it</dt>
          <dd>{risk === 0 ? "nothing" : percent(risk)}</dd>
        </div>
        <div>
          <dt>without service, {basis.words}</dt>
          <dd>{seconds(gap)}</dd>
        </div>
      </dl>
      <ol className={classes.steps}>
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
    </>
  );
}
