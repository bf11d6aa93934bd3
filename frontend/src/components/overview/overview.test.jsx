import { screen } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import { Activity } from "./Activity.jsx";
import { FourFigures } from "./FourFigures.jsx";
import { States } from "./States.jsx";
import { agent, setTime, show } from "../../test/render.jsx";

beforeEach(() => setTime("2026-01-01T12:00:00Z"));

const figure = (label) => screen.getByText(label).parentElement.textContent;
const event = (changes) => ({
  at: "2026-01-01T11:59:00Z",
  text: "Promoted i-42217bea because its primary was interrupted",
  agent_id: "a-1",
  agent_name: "web-shop",
  client_name: "Acme",
  ...changes,
});

test("four figures: spend against on-demand, nothing saved that nobody booked, downtime of the budget, share on Spot", () => {
  show(<FourFigures agents={[agent()]} downtime={{ month_used_seconds: 4.25, month_budget_seconds: 60 }} />);
  expect(figure("spend")).toBe("spend$0.03/h70 % below $0.10/h On-Demand");
  expect(figure("net saved this month")).toBe("net saved this month–not booked yet");
  expect(figure("downtime used this month")).toBe("downtime used this month4.3 sof 60 s");
  expect(figure("on Spot")).toBe("on Spot100 %1 of 1 workload");
});

test("a fleet without prices and without workloads shows dashes, never noughts", () => {
  show(<FourFigures agents={[]} />);
  for (const label of ["spend", "on Spot", "downtime used this month"]) expect(figure(label)).toMatch(`${label}–`);
});

test("a month over its budget is not good", () => {
  show(<FourFigures agents={[agent()]} downtime={{ month_used_seconds: 61, month_budget_seconds: 60 }} />);
  expect(screen.getByText("61.0 s").dataset.tone).toBe("bad");
});

test("what happened is a sentence with its end, and leads to the workload", () => {
  show(<Activity events={[event()]} />);
  expect(screen.getByRole("listitem").textContent).toBe("1 min agoweb-shopPromoted i-42217bea because its primary was interrupted.");
  expect(screen.getByRole("link", { name: "web-shop" }).getAttribute("href")).toBe("/agents/a-1");
});

test("who sees all clients is told whose it was, and what was the platform's own", () => {
  show(<Activity events={[event(), event({ agent_id: null, agent_name: null, client_name: null, text: "Prices recovered." })]} whose />);
  const [first, second] = screen.getAllByRole("listitem").map((row) => row.textContent);
  expect(first).toMatch("Acme · web-shop");
  expect(second).toMatch("PlatformPrices recovered.");
});

test("markup in a name stays text", () => {
  const { container } = show(<Activity events={[event({ agent_name: "<img src=x onerror=alert(1)>" })]} />);
  expect(container.querySelector("img")).toBeNull();
});

test("the worst state comes first, and a state nobody is in is left out", () => {
  show(<States agents={[agent(), agent({ agent_id: "a-2" }), agent({ agent_id: "a-3", state: "at_risk" })]} />);
  expect(screen.getAllByRole("listitem").map((row) => row.textContent)).toEqual(["At risk1 workload", "Serving2 workloads"]);
});
