import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";

import { HeatTable } from "./HeatTable.jsx";
import { PriceTable, changes } from "./PriceTable.jsx";
import { conclusion, linesOf, upToNow } from "./lines.js";
import { change, riskPercent, riskWord, warnings } from "./words.js";
import { headline, pick } from "../../pages/PoolsPage.jsx";
import { setTime, show } from "../../test/render.jsx";

const pool = (changes = {}) => ({
  pool_id: "use1-az6:m5.large:linux",
  az_id: "use1-az6",
  instance_type: "m5.large",
  region: "us-east-1",
  risk: 0.024,
  price_usd_per_hour: 0.032,
  stale: false,
  flag: null,
  avoided_until: null,
  workloads: [],
  ...changes,
});

const at = (minutes, price, data_source = "agent") => ({
  ts: new Date(Date.UTC(2026, 0, 1, 12, minutes)).toISOString(),
  price,
  data_source,
});

beforeEach(() => setTime("2026-01-01T12:00:00Z"));

test("a cell says its risk in a word and a figure, and its price", () => {
  show(<HeatTable pools={[pool({ risk: 0.64 })]} />);
  expect(screen.getByRole("button").textContent).toBe("64 % very high$0.0320/h");
});

test("an avoided pool says for how long, a stale price that it is stale", () => {
  show(<HeatTable pools={[pool({ flag: "danger", avoided_until: "2026-01-01T12:28:00Z", stale: true })]} />);
  expect(screen.getByText(/Avoided for (28|29) min/)).toBeTruthy();
  expect(screen.getByText("stale")).toBeTruthy();
});

test("a type that an AZ does not offer is said to be so", () => {
  show(<HeatTable pools={[pool(), pool({ az_id: "use1-az1", instance_type: "c5.large" })]} />);
  expect(screen.getAllByText("not offered")).toHaveLength(2);
});

test("a pool is opened by its cell", async () => {
  const onChoose = vi.fn();
  show(<HeatTable pools={[pool()]} onChoose={onChoose} />);
  await userEvent.click(screen.getByRole("button"));
  expect(onChoose).toHaveBeenCalledWith("use1-az6:m5.large:linux");
});

test("where a workload runs is opened first, unless another was asked for", () => {
  const [first, mine] = [pool({ pool_id: "a" }), pool({ pool_id: "b", workloads: ["web-shop"] })];
  expect(pick([first, mine], null)).toBe(mine);
  expect(pick([first, mine], "a")).toBe(first);
  expect(pick([], null)).toBeUndefined();
});

test("the headline counts what is avoided now", () => {
  expect(headline({ region: "us-east-1", pools: [pool(), pool({ flag: "danger" }), pool({ flag: "poisoned" })] })).toBe(
    "1 of 3 pools in us-east-1 is avoided for now.",
  );
  expect(headline({ region: "us-east-1", pools: [pool()] })).toBe("None of 1 pool in us-east-1 is avoided now.");
});

test("interpolated prices are a line of their own that meets its neighbours", () => {
  const [, host, , dashed] = linesOf([at(0, 1), at(5, 2, "interpolated"), at(10, 3)], 300);
  expect(host).toEqual([1, null, 3]);
  expect(dashed).toEqual([1, 2, 3]);
});

test("a gap stays open", () => {
  const [times, host] = linesOf([at(0, 1), at(30, 2)], 300);
  expect(host).toEqual([1, null, 2]);
  expect(times).toHaveLength(3);
});

test("a chart is told in a sentence, with how much of it is interpolated", () => {
  expect(conclusion([at(0, 2), at(5, 2.2, "interpolated"), at(10, 2.4)])).toBe("The price rose by 20.0 %; 1 of 3 prices are interpolated.");
  expect(conclusion([at(0, 2), at(5, 2)])).toBe("The price is where it was.");
  expect(conclusion([])).toBe("Too few prices for a chart.");
});

test("the table lists changes, newest first, each with its source", () => {
  show(<PriceTable points={[at(0, 1), at(5, 1), at(10, 2, "interpolated"), at(15, 2, "backfilled")]} />);
  const rows = within(screen.getByRole("table", { hidden: true })).getAllByRole("row", { hidden: true });
  expect(rows.map((row) => row.lastChild.textContent)).toEqual(["Source", "Published by AWS", "Interpolated", "Reported by a host"]);
  expect(changes([at(0, 1), at(5, 1)])).toHaveLength(1);
});

test("what nobody knows is a dash and never a nought", () => {
  expect([change(null), riskPercent(null)]).toEqual(["–", "–"]);
  expect([change(0.031), change(-0.2), change(0)]).toEqual(["+3.1 %", "−20.0 %", "unchanged"]);
  expect([0, 0.05, 0.15, 0.4].map(riskWord)).toEqual(["low", "raised", "high", "very high"]);
});

test("a chart ends at the price of this moment, so that its title and the figures agree", () => {
  const points = [at(0, 2), at(5, 2.4)];
  const now = { price_usd_per_hour: 1, changed_at: at(9, 1).ts, data_source: "collector", stale: false };
  expect(conclusion(upToNow({ points }, now).points)).toBe("The price fell by 50.0 %.");
  expect(upToNow({ points }, { ...now, changed_at: points[1].ts }).points).toEqual(points);
  expect(upToNow({ points }, { ...now, stale: true }).points).toEqual(points);
});

test("a pool tells what became of AWS's warnings, with how many were seen, and nothing where there was none", () => {
  const none = { samples: 0, p10: null, p50: null, shortest: null };
  const told = {
    rebalances: { ended: 5, false_alarms: 2, false_alarm_share: 0.4 },
    rebalance_to_end_seconds: { samples: 3, p10: 300, p50: 840, shortest: 300 },
    notice_to_end_seconds: none,
  };
  expect(warnings(told)).toBe(
    "In ninety days: 2 of 5 rebalance recommendations came to nothing; from a recommendation to the end it took 14 min (median of 3, shortest 5 min).",
  );
  expect(warnings({ ...told, rebalances: { ended: 0 }, rebalance_to_end_seconds: none })).toBeNull();
  expect(warnings(undefined)).toBeNull();
});
