import { screen } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import { Decision } from "./Decision.jsx";
import { Opportunities } from "./Opportunities.jsx";
import { setTime, show } from "../../test/render.jsx";

beforeEach(() => setTime("2026-01-01T12:00:00Z"));

const decision = (changes = {}) => ({
  decision_id: "d-1",
  agent_name: "web-shop",
  decision: "SWITCH",
  reason: "Chose use1-az1:m5.large:linux: score 0.2",
  decided_at: "2026-01-01T11:58:00Z",
  model_version: "static-rule",
  fell_back_because: null,
  asked_by: "planner",
  outcome: null,
  latency_ms: 1.8,
  confidence: 0,
  confidence_why: "Assumed: nobody has watched this pool, its risk is a public figure; its price is 20 s old",
  runners_up: [{ pool: "use1-az2:m5.large:linux", price: 0.03, why: "score 0.3" }],
  rejected: [{ pool_id: "use1-az6:m5.large:linux", filter: "danger", why: "a notice there lately" }],
  ...changes,
});

test("a decision says what, for whom and why", () => {
  show(<Decision decision={decision()} />);
  expect(screen.getByRole("heading").textContent).toBe("web-shop: Switch");
  expect(screen.getByText(/^Chose m5.large in use1-az1: score 0.2\.$/)).toBeTruthy();
});

test("how far it can be trusted is said in words, not as a figure; what was decided before that was kept says nothing", () => {
  show(<Decision decision={decision()} />);
  expect(screen.getByText(/^Assumed: nobody has watched this pool/)).toBeTruthy();
  show(<Decision decision={decision({ confidence: null, confidence_why: null })} />);
  expect(screen.getAllByText(/nobody has watched/)).toHaveLength(1);
});

test("every rejected pool is named with its reason", () => {
  show(<Decision decision={decision()} />);
  expect(screen.getByText("1 runner-up, 1 rejected pool")).toBeTruthy();
  expect(screen.getByText("a notice there lately")).toBeTruthy();
});

const OPPORTUNITY = {
  kind: "could_be_spot",
  instance_id: "i-1",
  agent_id: "a-1",
  saving_usd_per_hour: 0.063,
  sentence: "web-shop is a m5.large On-Demand; as Spot, m5.large in use1-az1 costs 66 % less",
};

test("what could be cheaper is a sentence with its figure, and what has no figure has none", () => {
  const idle = { ...OPPORTUNITY, kind: "hardly_used", agent_id: null, saving_usd_per_hour: null, sentence: "batch used 4 % of its CPU" };
  show(<Opportunities opportunities={{ shown: [OPPORTUNITY, idle], found: 5 }} />);
  expect(screen.getByText(/costs 66 % less; that saves \$0\.0630\/h\./)).toBeTruthy();
  expect(screen.getByText(/^batch used 4 % of its CPU\.\s*$/)).toBeTruthy();
  expect(screen.getByRole("link").getAttribute("href")).toBe("/agents/a-1");
  expect(screen.getByText("… and 3 more.")).toBeTruthy();
});

test("it names whose word the risk was, and why it was not the model's", () => {
  show(<Decision decision={decision({ model_version: "by-age 1", outcome: "A plan was written, in mode approve" })} />);
  expect(screen.getByText(/risk by by-age 1, in/)).toBeTruthy();
  expect(screen.getByText("A plan was written, in mode approve.")).toBeTruthy();
  show(<Decision decision={decision({ fell_back_because: "by-age 1 was late: it did not answer within 500 ms" })} />);
  expect(screen.getByText(/the table of own losses \(by-age 1 was late: it did not answer within 500 ms\)/)).toBeTruthy();
});
