import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { EmergencyEventAlert } from "./EmergencyEventAlert.jsx";
import { incident, setTime, show } from "../../test/render.jsx";

const seen = (value) => {
  setTime("2026-01-01T12:00:30Z");
  return show(<EmergencyEventAlert incident={value} />);
};

test("an interruption shows what is left by the server's clock", () => {
  seen(incident(3));
  expect(screen.getByRole("img", { name: /1:(29|30) left until AWS takes the instance/ })).toBeTruthy();
});

test("a rebalance promises no deadline and shows none", () => {
  seen(incident(2, { kind: "rebalance", deadline: null }));
  expect(screen.getByRole("img", { name: "AWS gave no deadline" })).toBeTruthy();
  expect(screen.getByText("AWS sees a raised risk.")).toBeTruthy();
});

const LEAD = { scope: "type", samples: 9, p10: 180, p50: 840, shortest: 118 };

test("a rebalance says what pools like this gave, where enough was seen, and that it is no promise of AWS", () => {
  seen(incident(2, { kind: "rebalance", deadline: null, learned_lead: LEAD }));
  expect(screen.getByText(/Pools like this gave 14 min from the recommendation to the end: the median of 9 times seen, the shortest 2 min\./)).toBeTruthy();
  expect(screen.getByRole("img", { name: "AWS gave no deadline" })).toBeTruthy();
});

test("an interruption says what this very pool gave from the notice to the end", () => {
  seen(incident(3, { learned_lead: { ...LEAD, scope: "pool", p50: 119, shortest: 80 } }));
  expect(screen.getByText(/This pool gave 2 min from the notice to the end: the median of 9 times seen, the shortest 80 s\./)).toBeTruthy();
});

test.each([
  ["too few were seen", { learned_lead: null }],
  ["it is over", { learned_lead: LEAD, closed_at: "2026-01-01T18:00:00Z" }],
])("no lead is told where %s", (why, changes) => {
  seen(incident(2, { kind: "rebalance", deadline: null, ...changes }));
  expect(screen.queryByText(/gave/)).toBeNull();
});

test("the step that is awaited is marked and counts on; those behind it have their seconds", () => {
  seen(incident(3));
  const steps = screen.getAllByRole("listitem");
  expect(steps[3].getAttribute("aria-current")).toBe("step");
  expect(within(steps[2]).getByText("+ 2.0 s")).toBeTruthy();
  expect(within(steps[3]).getByText(/^(29|30) s …$/)).toBeTruthy();
  expect(within(steps[5]).getByText("–")).toBeTruthy();
});

test("downtime that was not measured is a dash, never a nought", () => {
  seen(incident(3));
  expect(screen.getByText("not measured yet").previousSibling.textContent).toBe("–");
});

test("the replica of a rebalance stands by: nothing is counted", () => {
  seen(incident(5, { kind: "rebalance", deadline: null }));
  expect(screen.getByText("if announced")).toBeTruthy();
  expect(screen.queryByText(/ s …$/)).toBeNull();
});

test("what ticks is not read aloud, the headline and its reason are", () => {
  seen(incident(3));
  const aloud = [...document.querySelectorAll("[aria-live]")].map((element) => element.textContent).join(" ");
  expect(aloud).toMatch("AWS is taking the instance.");
  expect(aloud).toMatch("Ordered a replacement because i-1 will be interrupted.");
  expect(aloud).not.toMatch(/\d s ago|left/);
});

test("a handover that is done says so and how long it took", () => {
  seen(incident(7, { downtime_seconds: 0.304, downtime_method: "serving_reports" }));
  expect(screen.getByRole("heading", { name: "Carried over." })).toBeTruthy();
  expect(screen.getByText("0.3 s")).toBeTruthy();
  expect(screen.getByText(/from the last answer of the old workload/)).toBeTruthy();
});

test("a false alarm is called one", () => {
  seen(incident(5, { kind: "rebalance", deadline: null, closed_at: "2026-01-01T18:00:00Z", outcome: "expired" }));
  expect(screen.getByRole("heading", { name: "False alarm." })).toBeTruthy();
  expect(screen.getAllByText("not needed").length).toBeGreaterThan(0);
});
