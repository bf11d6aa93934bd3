import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";

import { Drift } from "./Drift.jsx";
import { Modes, ruling } from "./Modes.jsx";
import { PlanCard } from "./PlanCard.jsx";
import { Spread } from "./Spread.jsx";
import { PlanTable } from "./PlanTable.jsx";
import { SessionGate } from "../../hooks/useSession.jsx";
import { setTime, show } from "../../test/render.jsx";
import { CLIENT, serve } from "../../test/server.js";

beforeEach(() => setTime("2026-01-01T12:00:00Z"));

const plan = (changes = {}) => ({
  plan_id: "p-1",
  agent_name: "web-shop",
  kind: "switch",
  mode: "approve",
  state: "proposed",
  target_pool_id: "use1-az1:m5.large:linux",
  expected_usd_per_hour: 0.02,
  risk: 0.3,
  evidence: { risk_evidence: "Up for 2 h; 1 loss on record" },
  blast_radius: "One workload, web-shop",
  sentence: "Move: cheaper there",
  expires_at: "2026-01-01T12:30:00Z",
  ...changes,
});

test("a plan says what it saves a month, how likely its target is lost and why, and how long it stands", () => {
  show(<PlanCard plan={plan()} />);
  expect(screen.getByText("+$14.60 a month")).toBeTruthy();
  expect(screen.getByText("30 %")).toBeTruthy();
  expect(screen.getByText("Up for 2 h; 1 loss on record")).toBeTruthy();
  expect(screen.getByText(/^(30:00|29:59)$/)).toBeTruthy();
});

test("the consequence is read before a plan is approved, and the button names the workload", async () => {
  const asked = serve({ "/approve": {} });
  show(<PlanCard plan={plan()} />);
  await userEvent.click(screen.getByRole("button", { name: "Approve" }));
  expect(screen.getByText(/launched and billed in use1-az1:m5.large:linux/)).toBeTruthy();
  expect(asked).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Move web-shop" }));
  await waitFor(() => expect(asked).toEqual(["POST /api/plans/p-1/approve"]));
});

test("a plan that drifted is refused with before and after, and cannot be sent again", async () => {
  const error = { code: "PLAN_DRIFTED", message: "The state is no more.", details: { drift: { target_price: { before: 0.01, after: 0.03 } } } };
  serve({ "/approve": { status: 409, error } });
  show(<PlanCard plan={plan()} />);
  await userEvent.click(screen.getByRole("button", { name: "Approve" }));
  await userEvent.click(screen.getByRole("button", { name: "Move web-shop" }));
  await screen.findByText("$0.0300/h");
  expect(screen.getByText("$0.0100/h")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Move web-shop" }).disabled).toBe(true);
});

test.each(["observe", "propose"])("in mode %s there is nothing to approve, and the card says why", (mode) => {
  show(<PlanCard plan={plan({ mode })} />);
  expect(screen.queryByRole("button", { name: "Approve" })).toBeNull();
  expect(screen.getByText(/^Only (observed|proposed)/)).toBeTruthy();
});

test("an unknown saving is a dash, not a zero", () => {
  show(<PlanCard plan={plan({ expected_usd_per_hour: null })} />);
  expect(screen.getByText("–")).toBeTruthy();
});

test("drift is words and figures, yes and no", () => {
  show(<Drift drift={{ target_is_calm: { before: true, after: false }, epoch: { before: 1, after: 2 } }} />);
  expect(screen.getByRole("row", { name: "Target is calm yes no" })).toBeTruthy();
  expect(screen.getByRole("row", { name: "Promotions so far 1 2" })).toBeTruthy();
});

test("without a setting the product's own mode is shown; one for every kind holds for each; one for the kind outweighs it", () => {
  const every = { account_id: null, agent_id: null, kind: null, mode: "observe" };
  const own = { ...every, kind: "switch", mode: "auto" };
  expect([ruling([], "switch"), ruling([every], "switch"), ruling([every, own], "switch")]).toEqual(["approve", "observe", "auto"]);
  expect(ruling([{ ...own, agent_id: "a-1" }], "switch")).toBe("approve");
});

test("an exception of one workload is told", () => {
  show(<Modes modes={[{ account_id: null, agent_id: "a-1", agent_name: "search", kind: null, mode: "observe" }]} />);
  expect(screen.getByText(/^search: observe\./)).toBeTruthy();
});

const SPREAD = { max_share_pct: 50, price_increase_pct: null, price_weight: null, allow: [], deny: ["t3.*"], weights: { price: 0.6, risk: 0.4 } };

test("how workloads are spread is shown in words, and a choice is sent at once", async () => {
  const asked = serve({ "/policies/diversity": SPREAD });
  show(<Spread />);
  const share = await screen.findByLabelText("In one pool at most");
  expect(share.value).toBe("50");
  expect(screen.getByText("Never t3.*.")).toBeTruthy();
  await userEvent.selectOptions(share, "20");
  await waitFor(() => expect(asked).toContain("PATCH /api/policies/diversity"));
});

test("a figure that is none of the usual ones is shown as it is", async () => {
  serve({ "/policies/diversity": { ...SPREAD, max_share_pct: 35, price_weight: 0.45 } });
  show(<Spread />);
  expect((await screen.findByLabelText("In one pool at most")).value).toBe("35");
  expect(screen.getByLabelText("What counts").value).toBe("0.45");
});

test("the administrator who only looks is offered no decision", async () => {
  serve({ "/auth/me": { ...CLIENT, kind: "admin", client_id: null } });
  show(<SessionGate>{<PlanCard plan={plan()} />}</SessionGate>);
  expect(await screen.findByText("Its client decides.")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Approve" })).toBeNull();
});

const decided = (n, changes = {}) => plan({ plan_id: `d-${n}`, state: "drifted", outcome: "gone", created_at: "2026-01-01T11:00:00Z", ...changes });

test("what a plan drifted from is one sentence; that its workload moved says it all", () => {
  const calm = { target_is_calm: { before: true, after: false }, price: { before: 0.025, after: 0.03 } };
  const moved = { ...calm, primary: { before: "8f3b", after: "eec9" }, epoch: { before: 0, after: 1 } };
  show(<PlanTable plans={[decided(1, { drift: calm }), decided(2, { drift: moved })]} />);
  expect(screen.getByText(/Not done: the target is no longer calm; its price went from \$0\.0250\/h to \$0\.0300\/h\./)).toBeTruthy();
  expect(screen.getByText("Not done: it was moved meanwhile.")).toBeTruthy();
});

test("of many decided plans the newest are shown, the others on demand", async () => {
  show(<PlanTable plans={Array.from({ length: 12 }, (_, n) => decided(n))} />);
  expect(screen.getAllByRole("row")).toHaveLength(9);
  await userEvent.click(screen.getByRole("button", { name: "Show all 12" }));
  expect(screen.getAllByRole("row")).toHaveLength(13);
});
