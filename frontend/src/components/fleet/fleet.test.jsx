import { screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { totals } from "./FleetFigures.jsx";
import { FleetTable } from "./FleetTable.jsx";
import { NowBand } from "./NowBand.jsx";
import { matches } from "../../pages/FleetPage.jsx";
import { agent, show } from "../../test/render.jsx";

const NOW = "2026-01-01T12:00:00Z";

test("a calm fleet is one calm sentence", () => {
  show(<NowBand agents={[agent(), agent({ agent_id: "a-2" })]} serverTime={NOW} />);
  expect(screen.getByRole("heading").textContent).toBe("All 2 workloads serve.");
});

test("a notice is named with the time left and leads to its workload", () => {
  const troubled = agent({ state: "at_risk", notice_status: "termination", notice_deadline: "2026-01-01T12:01:30Z" });
  show(<NowBand agents={[troubled, agent({ agent_id: "a-2" })]} serverTime={NOW} />);
  expect(screen.getByRole("heading").textContent).toBe("web-shop is at risk, and serves.");
  expect(screen.getByText(/1:(29|30) until AWS takes the instance/)).toBeTruthy();
  expect(screen.getByRole("link").getAttribute("href")).toBe("/agents/a-1");
});

test("a workload that is away outweighs those at risk", () => {
  show(<NowBand agents={[agent({ state: "interrupted", serving: false }), agent({ agent_id: "a-2", state: "at_risk" })]} serverTime={NOW} />);
  expect(screen.getByRole("heading").textContent).toBe("1 workload is interrupted.");
});

test("a state is a word, never a colour alone", () => {
  show(<FleetTable agents={[agent({ state: "at_risk" })]} serverTime={NOW} />);
  expect(screen.getByText("At risk")).toBeTruthy();
});

test("a price says how far below on-demand it is", () => {
  show(<FleetTable agents={[agent()]} serverTime={NOW} />);
  expect(screen.getByRole("img", { name: "$0.0300/h, 70 % below ($0.1000/h)" })).toBeTruthy();
});

test("sums leave out what has no price instead of counting it as free", () => {
  const unknown = agent({ primary: { ...agent().primary, price_usd_per_hour: null } });
  expect(totals([agent(), unknown])).toMatchObject({ spend: 0.03, onDemand: 0.1, spot: 2, known: true });
  expect(totals([unknown]).known).toBe(false);
});

test("a workload is found by its name, its state or its place", () => {
  expect(["shop", "SERVING", "az6", "i-1", "m5"].every((text) => matches(agent(), text))).toBe(true);
  expect(matches(agent(), "search")).toBe(false);
});
