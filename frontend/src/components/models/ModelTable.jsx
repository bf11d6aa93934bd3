// The static rule and every model, each with its figures beside the naive base rate.
import { Button, Group } from "@mantine/core";

import { labelOf, stateOf } from "./words.js";
import { Heads } from "../Heads.jsx";
import classes from "../Rows.module.css";
import { Mark } from "../Sign.jsx";
import pages from "../../pages/Page.module.css";
import { MISSING } from "../../services/format.js";

const HEADS = ["Model", "State", "Brier score", "Log loss", "Outcomes", "Latency p99"];

// `onAct(verb, model)` is missing where one may only look.
export function ModelTable({ models, chosen, onChoose, onAct }) {
  return (
    <table className={classes.table}>
      <Heads of={HEADS}>
        <th scope="col">
          <span className={pages.unseen}>Actions</span>
        </th>
      </Heads>
      <tbody>
        {models.map((model) => (
          <Row
            key={model.model_id ?? "static"}
            model={model}
            decides={model.status === "active" || (!model.model_id && !models.some(({ status }) => status === "active"))}
            isChosen={model === chosen}
            onChoose={onChoose}
            onAct={onAct}
          />
        ))}
      </tbody>
    </table>
  );
}

function Row({ model, decides, isChosen, onChoose, onAct }) {
  const { scorecard: card } = model;
  return (
    <tr>
      <th scope="row">
        {model.model_id ? model.name : labelOf(model)}
        <span className={pages.reason}>{model.model_id ? `${model.version} · ${model.kind}` : "in charge without a model"}</span>
      </th>
      <td data-label="State">
        <Mark {...stateOf(model, decides)} />
      </td>
      <td data-label="Brier score">
        <Against value={card.brier} base={card.base_brier} isWorse={card.is_worse_than_base_rate} />
      </td>
      <td data-label="Log loss">
        <Against value={card.log_loss} base={card.base_log_loss} isWorse={card.log_loss > card.base_log_loss} />
      </td>
      <td data-label="Outcomes">{card.outcomes}</td>
      <td data-label="Latency p99" className={pages.figure}>
        {model.latency_p99_ms == null ? MISSING : `${model.latency_p99_ms.toFixed(2)} ms`}
      </td>
      <td data-wide>
        <Group gap="xs" justify="flex-end">
          <Button size="xs" variant="default" aria-pressed={isChosen} onClick={() => onChoose(model)}>
            Details
          </Button>
          {onAct && <Acts model={model} onAct={onAct} />}
        </Group>
      </td>
    </tr>
  );
}

function Acts({ model, onAct }) {
  const usable = ["validated", "shadow", "retired"].includes(model.status);
  return (
    <>
      {usable && model.status !== "shadow" && (
        <Button size="xs" variant="default" onClick={() => onAct("shadow", model)}>
          Try in the shadow
        </Button>
      )}
      {usable && (
        <Button size="xs" data-feature-id="admin-lab-button-reuse-dep-click-grad" onClick={() => onAct("activate", model)}>
          Activate
        </Button>
      )}
      {model.status === "active" && (
        <Button size="xs" variant="default" onClick={() => onAct("fallBack", model)}>
          Fall back
        </Button>
      )}
    </>
  );
}

// Lower is better; the naive base rate over the same outcomes stands below, and whether the model fell behind it.
function Against({ value, base, isWorse }) {
  if (value == null) return MISSING;
  return (
    <>
      <span className={pages.figure} data-tone={isWorse ? "bad" : "good"}>
        {value.toFixed(4)}
      </span>
      <span className={pages.reason}>
        {isWorse ? "worse than" : "base rate"} {base.toFixed(4)}
      </span>
    </>
  );
}
