import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { DayTable } from "./DayTable.jsx";
import { LedgerChart } from "./LedgerChart.jsx";
import { everyDay, needless, parts } from "./words.js";
import { show } from "../../test/render.jsx";

const day = (period, changes = {}) => ({
  period,
  baseline: 10,
  actual: 4,
  overlap: 1,
  fallback_premium: 0,
  zombie_burn: 0.5,
  net: 4.5,
  stale: false,
  ...changes,
});

const savings = (...series) => ({
  from: "2026-01-01T00:00:00Z",
  to: "2026-01-04T00:00:00Z",
  series,
  total: { net: series.reduce((sum, one) => sum + one.net, 0) },
});

test("a day without bookings keeps its place", () => {
  expect(everyDay(savings(day("2026-01-02"))).map((one) => Boolean(one.isEmpty))).toEqual([true, false, true]);
});

test("what was dearer than On-Demand hangs below the line", () => {
  expect(parts(day("2026-01-01", { actual: 13 }))).toMatchObject({ saved: 0, dearer: 3 });
  expect(parts(day("2026-01-01"))).toMatchObject({ saved: 6, dearer: 0 });
});

test("the chart says its conclusion, and each day its net", () => {
  show(<LedgerChart savings={savings(day("2026-01-01"), day("2026-01-03", { net: -2 }))} onChoose={() => {}} />);
  expect(screen.getByRole("group", { name: /^Net \+\$2\.50 on 2 days/ })).toBeTruthy();
  expect(screen.getByRole("button", { name: "3 Jan: net −$2.00" })).toBeTruthy();
});

test("a loss is named in the legend only where there is one", () => {
  show(<LedgerChart savings={savings(day("2026-01-01", { zombie_burn: 0 }))} onChoose={() => {}} />);
  expect(screen.getByText("Replicas")).toBeTruthy();
  expect(screen.queryByText("Zombies")).toBeNull();
});

test("a net leads to its lines", async () => {
  const choose = vi.fn();
  show(<DayTable days={[day("2026-01-01")]} onChoose={choose} />);
  await userEvent.click(screen.getByRole("button", { name: "+$4.50" }));
  expect(choose).toHaveBeenCalledWith("2026-01-01");
});

test("figures of a silent price feed are marked", () => {
  show(<DayTable days={[day("2026-01-01", { stale: true })]} onChoose={() => {}} />);
  expect(screen.getByText("last known price + 10 %")).toBeTruthy();
});

test.each([
  [undefined, null],
  [{ replicas: 0, cost_usd: null, spared_usd: null }, null],
  [{ replicas: 2, cost_usd: 0.4356, spared_usd: 0 }, "2 replicas stood by for nothing and cost $0.4356."],
  [{ replicas: 1, cost_usd: 1.5, spared_usd: 0.1 }, "1 replica stood by for nothing and cost $1.50; ending early spared $0.1000."],
  [{ replicas: 1, cost_usd: null, spared_usd: null }, "1 replica stood by for nothing; nothing is booked of it yet."],
])("of needless replicas %o it says %s", (told, words) => expect(needless({ needless_replicas: told })).toBe(words));
