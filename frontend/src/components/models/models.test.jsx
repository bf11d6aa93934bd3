import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { Calibration } from "./Calibration.jsx";
import { Checks } from "./Checks.jsx";
import { Confirm } from "./Confirm.jsx";
import { ModelTable } from "./ModelTable.jsx";
import { learnt } from "./words.js";
import { show } from "../../test/render.jsx";
import { serve } from "../../test/server.js";

const NONE = { outcomes: 0, brier: null, base_brier: null, log_loss: null, base_log_loss: null, is_worse_than_base_rate: false, calibration: [] };
const SCORED = { ...NONE, outcomes: 400, brier: 0.18, base_brier: 0.22, log_loss: 0.5, base_log_loss: 0.6 };
const WORSE = { ...SCORED, brier: 0.25, is_worse_than_base_rate: true };
const RULE = { model_id: null, name: "static rule", version: "static", scorecard: NONE, latency_p99_ms: null };
const model = (changes) => ({ model_id: "m-1", name: "by-age", version: "1", kind: "logistic", status: "active", scorecard: SCORED, latency_p99_ms: 0.2, ...changes });
const row = (name) => within(screen.getByRole("row", { name }));
const table = (models, more = {}) => show(<ModelTable models={models} onChoose={() => {}} {...more} />);

test("what nobody measured is a dash, and without a model the static rule is in charge", () => {
  table([RULE]);
  expect(row(/The static rule/).getByText("In charge")).toBeTruthy();
  expect(row(/The static rule/).getAllByText("–")).toHaveLength(3);
});

test("a model in charge leaves the rule standing by, and stands beside the base rate", () => {
  table([RULE, model()]);
  expect(row(/The static rule/).getByText("Stands by")).toBeTruthy();
  expect(row(/by-age/).getByText("0.1800")).toBeTruthy();
  expect(row(/by-age/).getByText(/base rate 0.2200/)).toBeTruthy();
});

test("a model that is worse than the base rate says so in words", () => {
  table([RULE, model({ scorecard: WORSE })]);
  expect(row(/by-age/).getByText(/worse than 0.2200/)).toBeTruthy();
});

test.each([
  ["active", ["Fall back"]],
  ["validated", ["Try in the shadow", "Activate"]],
  ["shadow", ["Activate"]],
  ["retired", ["Try in the shadow", "Activate"]],
  ["rejected", []],
  ["demoted", []],
])("a model that is %s can be asked to %s", (status, acts) => {
  table([RULE, model({ status })], { onAct: () => {} });
  const named = row(/by-age/).getAllByRole("button").map((button) => button.textContent);
  expect(named).toEqual(["Details", ...acts]);
});

test("who may only look is offered nothing to do", () => {
  table([RULE, model()]);
  expect(row(/by-age/).getAllByRole("button")).toHaveLength(1);
});

test("the consequence is read before a model is put in charge", async () => {
  const asked = serve({ "/activate": {} });
  const close = vi.fn();
  show(<Confirm act={{ verb: "activate", model: model() }} onClose={close} />);
  expect(await screen.findByText(/predicts the interruptions of every Spot instance/)).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Activate" }));
  await vi.waitFor(() => expect(close).toHaveBeenCalled());
  expect(asked).toEqual(["POST /api/admin/ml-models/activate"]);
});

test("the chart speaks in one sentence and holds its figures as a table", () => {
  show(<Calibration name="by-age 1" bins={[{ low: 0, high: 0.1, said: 0.05, happened: 0.02, count: 50 }]} />);
  expect(screen.getByRole("img", { name: "Calibration of by-age 1 over 50 outcomes: said 5 %, happened 2 %." })).toBeTruthy();
  expect(screen.getByRole("cell", { name: "2.0 %" })).toBeTruthy();
});

test("a failed check stands in words, not only in colour", () => {
  show(<Checks model={model({ checks: [{ name: "arrays", passed: false, sentence: "coef is missing" }] })} />);
  expect(screen.getByText("arrays: failed")).toBeTruthy();
});

test("what was learned from is told in one line, with the hash that tells whether it is the same", () => {
  const set = { rows: 12345, from: "2026-01-01T00:00:00Z", to: "2026-04-01T12:00:00Z", sha256: "3fa2b1c0d4e5f607", sentence: "The table speaks: 9 days of history" };
  expect(learnt(set)).toBe("Learned from 12345 sightings of pools, 1 Jan to 1 Apr (SHA-256 3fa2b1c0d4e5…). The table speaks: 9 days of history.");
  expect(learnt({ ...set, rows: 0 })).toBe("Nothing was learned yet: no pool has been watched.");
});
