import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { AskReplay, questionOf } from "./AskReplay.jsx";
import { NOBODYS } from "./OwnPolicy.jsx";
import { Pareto } from "./Pareto.jsx";
import { PolicyTable } from "./PolicyTable.jsx";
import { Result } from "./Result.jsx";
import { between, pointsOf, spread } from "./words.js";
import { SessionGate } from "../../hooks/useSession.jsx";
import ReplayPage, { headline } from "../../pages/ReplayPage.jsx";
import { show } from "../../test/render.jsx";
import { CLIENT, serve } from "../../test/server.js";

const DOWN = "downtime_seconds_per_workload_month";
const flat = (mean, low = mean, high = mean) => ({ mean, low, high });

function policy(name, kind, share, down, more = {}) {
  const figures = {
    cost_over_on_demand: flat(share),
    net_saving_usd: flat(100 * (1 - share)),
    [DOWN]: flat(down),
    interruptions_per_workload_month: flat(0.5),
    moves_per_workload_month: flat(1),
  };
  return { policy: name, words: `words of ${name}`, kind, is_on_front: kind !== "bound", figures: { ...figures, ...more } };
}

const POLICIES = [
  policy("yours", "own", 0.3, 4),
  policy("balanced", "policy", 0.3, 4),
  policy("stay", "policy", 0.34, 2, { [DOWN]: flat(2, 1.5, 3) }),
  policy("on-demand", "baseline", 1, 0),
  policy("omniscient", "bound", 0.2, 0),
];
const REPORT = {
  replay_id: "r-1",
  verdict: "Yours costs 70 % less than On-Demand.",
  policies: POLICIES,
  logs: { yours: { actions: 12 }, balanced: { actions: 12 }, stay: { actions: 8 }, "on-demand": { actions: 2 } },
  gaps: ["No notice of your own machines is recorded in this time."],
};
const replay = (changes) => ({
  replay_id: "r-1",
  status: "done",
  is_cancelling: false,
  progress: 1,
  sentence: "Yours costs 70 % less than On-Demand.",
  region: "us-east-1",
  since: "2026-01-01T00:00:00+00:00",
  until: "2026-01-31T00:00:00+00:00",
  policies: ["yours", "stay"],
  draws: 10,
  requested_at: "2026-01-31T00:00:00Z",
  ...changes,
});
const PLACE = { region: "us-east-1", workloads: 3, pools: 9, first_at: "2026-01-01T00:00:00Z", last_at: "2026-01-31T00:00:00Z" };
const OVERVIEW = {
  data: [PLACE],
  policies: POLICIES.map(({ policy: name, words }) => ({ name, words })),
  replays: [],
  server_time: "2026-01-31T00:00:00Z",
};
const page = () =>
  show(
    <SessionGate>
      <ReplayPage />
    </SessionGate>,
  );

test("a chart says its figures in a sentence, and those that came out the same share a point", () => {
  show(<Pareto policies={POLICIES} upright={DOWN} />);
  expect(screen.getByRole("img").getAttribute("aria-label")).toMatch(/yours 30 % and 4.0 s; balanced 30 % and 4.0 s; stay 34 % and 2.0 s/);
  expect(screen.getByText("yours, balanced")).toBeTruthy();
  expect(pointsOf(POLICIES, DOWN)).toHaveLength(4);
});

test("one's own point is the strongest of those that share it", () => {
  expect(pointsOf(POLICIES, DOWN)[0].kind).toBe("own");
});

test("labels are moved apart until none covers another", () => {
  const places = [0, 3, 6, 9].map((y) => ({ x: 10, y, width: 60 }));
  const ys = spread(places, 16).map(({ y }) => y).sort((a, b) => a - b);
  for (let n = 1; n < ys.length; n += 1) expect(ys[n] - ys[n - 1]).toBeGreaterThanOrEqual(16);
});

test("a figure of several draws says where nine in ten lie, one of records alone does not", () => {
  expect(between(flat(2, 1.5, 3), (value) => `${value} s`)).toBe("1.5 s to 3 s");
  expect(between(flat(2), (value) => `${value} s`)).toBeNull();
});

test("the same figures stand in a table, with each policy's actions to keep; a bound has none", async () => {
  const asked = serve({ "/actions": {} });
  show(<PolicyTable report={REPORT} />);
  const row = within(screen.getByRole("row", { name: /^stay/ }));
  expect(row.getByText("34.0 %")).toBeTruthy();
  expect(row.getByText("1.5 s to 3.0 s")).toBeTruthy();
  expect(within(screen.getByRole("row", { name: /^omniscient/ })).queryByRole("button")).toBeNull();
  await userEvent.click(row.getByRole("button", { name: "Keep the 8 actions of stay" }));
  await waitFor(() => expect(asked).toContain("GET /api/replays/r-1/actions?policy=stay"));
});

test("a finished replay tells its verdict, its chart, and what the data cannot tell", async () => {
  serve({ "/report": REPORT });
  show(<Result replay={replay()} />);
  expect(await screen.findByText(REPORT.verdict)).toBeTruthy();
  expect(screen.getByText(REPORT.gaps[0])).toBeTruthy();
  await userEvent.click(screen.getByText("interruptions"));
  expect(screen.getByRole("img").getAttribute("aria-label")).toMatch(/interruptions per workload and month/);
});

test("one under way says how far it is and can be cancelled", async () => {
  const asked = serve({ "/cancel": replay({ status: "cancelled" }) });
  show(<Result replay={replay({ status: "running", progress: 0.42 })} />);
  expect(screen.getByText(/42 % played/)).toBeTruthy();
  expect(screen.getByRole("progressbar").getAttribute("aria-valuenow")).toBe("42");
  await userEvent.click(screen.getByRole("button", { name: "Cancel this replay" }));
  await waitFor(() => expect(asked).toContain("POST /api/replays/r-1/cancel"));
});

test("one that waits, one that is being stopped, one that failed and one that was cancelled each say so", () => {
  show(<Result replay={replay({ status: "queued", progress: 0 })} />);
  expect(screen.getByText(/Waits for its turn/)).toBeTruthy();
  show(<Result replay={replay({ status: "running", is_cancelling: true })} />);
  expect(screen.getByText(/Stops within seconds/)).toBeTruthy();
  show(<Result replay={replay({ status: "failed", sentence: "its process died each time" })} />);
  expect(screen.getByRole("alert").textContent).toMatch(/its process died each time/);
  show(<Result replay={replay({ status: "cancelled" })} />);
  expect(screen.getByText(/cancelled before/)).toBeTruthy();
});

test("one's own policy is always played; what else is chosen goes with it", async () => {
  serve({ "/replays": replay({ status: "queued" }) });
  let chosen;
  show(<AskReplay overview={OVERVIEW} onAsked={(id) => (chosen = id)} />);
  expect(screen.getByRole("checkbox", { name: /^yours/ }).disabled).toBe(true);
  expect(screen.getByText(/3 workloads, 9 series of prices from 1 Jan 2026 to 31 Jan 2026/)).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Play it" }));
  await waitFor(() => expect(chosen).toBe("r-1"));
});

test("the question holds what was chosen, a policy of one's own, and no chance where none is wanted", () => {
  const wish = { region: "us-east-1", days: "7", until: "2026-01-20", policies: ["stay"], chance: false, own: { ...NOBODYS, isOn: true, name: " Mine " } };
  expect(questionOf(wish)).toEqual({
    region: "us-east-1",
    days: 7,
    until: "2026-01-20T23:59:59Z",
    policies: ["yours", "stay"],
    custom: [{ name: "mine", min_saving_pct: 20, cooldown_seconds: 86400, rebalance_mode: "prepare_replica" }],
    draws: 1,
    hazard: 0,
  });
  expect(questionOf({ ...wish, until: "", own: NOBODYS, chance: true })).toMatchObject({ until: null, custom: [], draws: 10, hazard: 1 });
});

test("a refusal is said in words beside the form", async () => {
  serve({ "/replays": { status: 409, error: { code: "CONFLICT", message: "2 replays of yours wait or run" } } });
  show(<AskReplay overview={OVERVIEW} onAsked={() => {}} />);
  await userEvent.click(screen.getByRole("button", { name: "Play it" }));
  expect((await screen.findByRole("alert")).textContent).toMatch(/2 replays of yours wait or run/);
});

test("without any history the page says what will make some", async () => {
  serve({ "/me": CLIENT, "/replays": { ...OVERVIEW, data: [] } });
  page();
  expect(await screen.findByRole("heading", { name: "No history yet" })).toBeTruthy();
  expect(screen.getByText(/import prices FILE/)).toBeTruthy();
});

test("the newest replay is open, and another one is a click away", async () => {
  serve({ "/me": CLIENT, "/replays": { ...OVERVIEW, replays: [replay({ status: "running", progress: 0.1 }), replay({ replay_id: "r-0", region: "eu-west-1" })] }, "/report": REPORT });
  page();
  expect(await screen.findByText(/10 % played/)).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: /eu-west-1/ }));
  expect(await screen.findByText(REPORT.verdict, { selector: "p" })).toBeTruthy();
});

test("the headline counts what is under way", () => {
  expect(headline([])).toMatch(/What would a policy have cost you/);
  expect(headline([replay({ status: "queued" })])).toMatch(/^One replay is under way/);
  expect(headline([replay()])).toMatch(/same rules that decide in earnest/);
});
