import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";

import { FleetTable } from "./FleetTable.jsx";
import { NowBand } from "./NowBand.jsx";
import { totals } from "./totals.js";
import { matches } from "./views.js";
import { agent, setTime, show } from "../../test/render.jsx";

beforeEach(() => setTime("2026-01-01T12:00:00Z"));

const headline = () => screen.getByRole("heading").textContent;

test("a calm fleet is one calm sentence", () => {
  show(<NowBand agents={[agent(), agent({ agent_id: "a-2" })]} />);
  expect(headline()).toBe("All 2 workloads serve.");
});

test("the last emergency is told with its outcome, so that calm is not forgetful", () => {
  const last = {
    agent_id: "a-1",
    agent_name: "web-shop",
    opened_at: "2026-01-01T11:57:00Z",
    serving_at: "2026-01-01T11:57:05Z",
    downtime_seconds: 0.7,
  };
  show(<NowBand agents={[agent()]} last={last} />);
  expect(screen.getByText(/Last emergency/).textContent).toBe(
    "Last emergency 3 min ago: web-shop, carried over, 0.7 s without service. Nothing needs you.",
  );
});

test("no workload is not called a fleet that serves", () => {
  show(<NowBand agents={[]} />);
  expect(headline()).toBe("No workload yet.");
});

test("a workload that is only observed is not counted as one that starts", () => {
  show(<NowBand agents={[agent(), agent({ agent_id: "a-2" }), agent({ agent_id: "a-3", state: "observed", serving: null })]} />);
  expect(headline()).toBe("All 2 workloads serve.");
});

test("in the moment of a handover the band says who is being carried over", () => {
  show(
    <NowBand
      agents={[
        agent(),
        agent({ agent_id: "a-2", logical_name: "search", state: "preparing", serving: false, incident_id: "n-1" }),
      ]}
    />,
  );
  expect(headline()).toBe("1 of 2 workloads serve.");
  expect(screen.getByText("search is being carried over. Nothing needs you yet.")).toBeTruthy();
});

test("the seconds of a deadline are not read aloud, the headline is", () => {
  show(<NowBand agents={[agent({ state: "at_risk", notice_status: "termination", notice_deadline: "2026-01-01T12:01:30Z" })]} />);
  expect(screen.getByRole("status").textContent).toBe("web-shop is at risk, and serves.");
});

test("a large fleet shows its most urgent fifty and more on demand", async () => {
  show(<FleetTable agents={Array.from({ length: 120 }, (_, n) => agent({ agent_id: `a-${n}`, logical_name: `w-${n}` }))} />);
  expect(screen.getAllByRole("rowheader")).toHaveLength(50);
  await userEvent.click(screen.getByRole("button", { name: "Show 50 more" }));
  expect(screen.getAllByRole("rowheader")).toHaveLength(100);
  expect(screen.getByRole("button", { name: "Show 20 more" })).toBeTruthy();
});

test("a notice is named with the time left and leads to its workload", () => {
  const troubled = agent({ state: "at_risk", notice_status: "termination", notice_deadline: "2026-01-01T12:01:30Z" });
  show(<NowBand agents={[troubled, agent({ agent_id: "a-2" })]} />);
  expect(headline()).toBe("web-shop is at risk, and serves.");
  expect(screen.getByText(/1:(29|30) until AWS takes its instance/)).toBeTruthy();
  expect(screen.getByRole("link").getAttribute("href")).toBe("/agents/a-1");
});

test("a workload that is away outweighs those at risk", () => {
  show(<NowBand agents={[agent({ state: "interrupted", serving: false }), agent({ agent_id: "a-2", state: "at_risk" })]} />);
  expect(headline()).toBe("1 workload is interrupted.");
});

test("a state is a word, never a colour alone", () => {
  show(<FleetTable agents={[agent({ state: "at_risk" })]} />);
  expect(screen.getByText("At risk")).toBeTruthy();
});

test("a price says how far below on-demand it is", () => {
  show(<FleetTable agents={[agent()]} />);
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

test("a stale price says that it is stale", () => {
  show(<FleetTable agents={[agent({ primary: { ...agent().primary, price_is_stale: true } })]} />);
  expect(screen.getByText(/below, stale/)).toBeTruthy();
});
