import { QueryClient } from "@tanstack/react-query";
import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";

import { DeadLetters } from "./DeadLetters.jsx";
import { LogLines } from "./LogLines.jsx";
import { TargetGroups, TargetList, inWords, tally } from "./Targets.jsx";
import { Seat } from "../layout/Seat.jsx";
import { SessionGate, useSession } from "../../hooks/useSession.jsx";
import { verdict } from "../../pages/FiguresPage.jsx";
import { takeSeat, takenSeat } from "../../services/apiClient.js";
import { setTime, show } from "../../test/render.jsx";
import { CLIENT, serve } from "../../test/server.js";

beforeEach(() => {
  window.sessionStorage.clear();
  setTime("2026-01-01T12:00:00Z");
});

const target = (changes) => ({
  id: "MET-42",
  group: "Interruptions",
  reason: null,
  name: "carried over",
  current: 1.5,
  target: 10,
  unit: "s",
  met: true,
  better: "less",
  window: "30 days",
  samples: 13,
  ...changes,
});

test("a figure stands beside its target with its basis and its verdict, and what nobody measured is a dash", () => {
  show(<TargetList targets={[target(), target({ id: "MET-02", current: null, met: null, samples: 0 }), target({ id: "MET-03", met: false, current: 12 })]} />);
  const [met, unknown, missed] = screen.getAllByRole("listitem").map((row) => row.textContent);
  expect(met).toMatch("1.50 sat most 10 sMet");
  expect(met).toMatch("MET-42 · 13 measured, 30 days");
  expect(unknown).toMatch("–at most 10 sNot measured");
  expect(missed).toMatch("Missed");
});

test.each([
  [0.995, "share", "99.5 %"],
  [1, "share", "100 %"],
  [226.4, "ms", "226 ms"],
  [61, "s", "61 s"],
  [1800, "s", "30 min"],
  [0.00198, "s", "2.0 ms"],
  [0, "s", "0.00 s"],
  [21_600, "s", "6 h"],
  [2_592_000, "s", "30 days"],
  [92.4, "mb", "92 MB"],
  [1.25, "count", "1.3"],
])("%s as %s is %s", (value, unit, words) => expect(inWords(value, unit)).toBe(words));

test("figures come in groups, each with its tally, and what is fixed for ever is folded away", () => {
  const rule = target({ id: "MET-18 offline", group: "Rules", better: "same", current: 120, target: 120, window: "the rule in force" });
  show(<TargetGroups targets={[target(), target({ id: "MET-03", met: false }), rule]} />);
  expect(screen.getByRole("heading", { name: "Interruptions 1 missed, 1 met" })).toBeTruthy();
  expect(screen.getByText("1 met").closest("details").open).toBe(false);
  expect(screen.getByText("exactly 120 s")).toBeTruthy();
  expect(screen.getAllByText("Met")).toHaveLength(2);
  expect(screen.getByText("MET-18 · the rule in force")).toBeTruthy();
});

test("what nobody measured is folded away in its group, with what was promised and why there is nothing", () => {
  const unknown = target({ id: "MET-44", name: "two at once", current: null, met: null, reason: "only an outside prober sees it" });
  show(<TargetGroups targets={[target(), unknown]} />);
  const folded = screen.getByText("1 not measured", { selector: "summary" }).closest("details");
  expect(folded.open).toBe(false);
  expect(within(folded).getByRole("listitem", { hidden: true }).textContent).toBe("Two at onceMET-44 · only an outside prober sees it (30 days)at most 10 s");
});

test("what nobody measured says why, and a figure without a target is in no tally", () => {
  const unknown = target({ current: null, met: null, samples: 0, reason: "only an outside prober sees it" });
  show(<TargetList targets={[unknown]} />);
  expect(screen.getByText("MET-42 · only an outside prober sees it (30 days)")).toBeTruthy();
  expect(tally([unknown, target({ target: null, met: null })])).toBe("1 not measured");
});

test("the verdict counts what is missed first, and what was not measured never as met", () => {
  const [met, missed, unknown, only] = [target(), target({ met: false }), target({ met: null }), target({ target: null, met: null })];
  expect(verdict([met, met, only])).toBe("Each of 2 measured targets is met.");
  expect(verdict([met, missed, unknown])).toBe("1 target is missed. 1 was not measured yet.");
  expect(verdict([unknown, unknown])).toBe("Nothing was measured yet. 2 were not measured yet.");
});

test("a line of the log says how grave it is, who wrote it, and leads to the others of its request; markup stays text", async () => {
  const onRequest = vi.fn();
  const line = { id: 1, at: "2026-01-01T12:00:00Z", level: "error", component: "CORE-EXEC", message: "<b>it broke</b>", request_id: "req-1", process: "vm:1", fields: { job: "ledger" } };
  show(<LogLines lines={[line]} onRequest={onRequest} />);
  expect(screen.getByRole("listitem").textContent).toMatch(/Error<b>it broke<\/b>CORE-EXEC · vm:1 · req-1/);
  expect(screen.getByText("ledger")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "req-1" }));
  expect(onRequest).toHaveBeenCalledWith("req-1");
});

test("a dead letter says why and by which door, and is read again on demand", async () => {
  const asked = serve({ "/replay": { outcome: "handled" } });
  const letter = { letter_id: "l-1", client: "Acme", channel: "http", reason: "not_an_event", body: "{}", received_at: "2026-01-01T11:59:00Z", replayed_at: null, outcome: null, sentence: null };
  show(<DeadLetters letters={[letter]} />);
  expect(screen.getByRole("listitem").textContent).toMatch("Not an eventby the HTTP door, Acme, 1 min ago");
  await userEvent.click(screen.getByRole("button", { name: "Read it again" }));
  expect(asked).toEqual(["POST /api/admin/dead-letters/l-1/replay"]);
});

const ADMIN = { ...CLIENT, kind: "admin", client_id: null, name: "Administrator" };
const ACTING = { ...CLIENT, kind: "client", acting: { by: "admin", reason: "asked on the phone", expires_at: "2026-01-01T12:30:00Z" } };

function Who() {
  return <p>{useSession().isAdmin ? "the administrator" : "the client"}</p>;
}

function sit(routes) {
  const asked = serve(routes);
  show(
    <SessionGate pending="waiting" failed={() => "failed"} signedOut={() => "the door"}>
      <Seat />
      <Who />
    </SessionGate>,
    new QueryClient({ defaultOptions: { queries: { retry: false } } }),
  );
  return asked;
}

test("who only looks is told so, and takes the client's seat only after saying why", async () => {
  window.sessionStorage.setItem("spotopt-client-in-view", JSON.stringify({ client_id: "c-1", name: "Demo" }));
  const asked = sit({ "/auth/me": ADMIN, "/impersonate": { temp_jwt: "eyJ.a.b", expires_at: "2026-01-01T12:30:00Z", client_id: "c-1" } });
  expect(await screen.findByText(/Nothing is changed from here/)).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Act for it …" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByRole("button", { name: "Act for Demo" }).disabled).toBe(true);
  await userEvent.type(dialog.getByLabelText(/Why/), "asked on the phone");
  await userEvent.click(dialog.getByRole("button", { name: "Act for Demo" }));
  await expect.poll(() => takenSeat()?.temp_jwt).toBe("eyJ.a.b");
  expect(asked).toContain("POST /api/admin/impersonate");
});

test("who sits in the seat sees for whom, why and how long, and gets up with one button", async () => {
  takeSeat({ temp_jwt: "eyJ.a.b" });
  sit({ "/auth/me": ACTING, "/auth/logout": { signed_out: false } });
  expect((await screen.findByText(/You act for/)).textContent).toMatch(/Demo: asked on the phone\. All that you do is recorded under both names\. (30:00|29:59) left\./);
  await userEvent.click(screen.getByRole("button", { name: "Stop acting" }));
  await expect.poll(takenSeat).toBeNull();
});

test("when the half hour is over he is himself again, and not signed out", async () => {
  takeSeat({ temp_jwt: "eyJ.a.b" });
  vi.stubGlobal("fetch", async (url, { headers }) =>
    headers.Authorization
      ? new Response(JSON.stringify({ status: "error", error: { code: "UNAUTHENTICATED" } }), { status: 401 })
      : new Response(JSON.stringify({ status: "success", data: ADMIN })),
  );
  show(
    <SessionGate pending="waiting" failed={() => "failed"} signedOut={() => "the door"}>
      <Who />
    </SessionGate>,
    new QueryClient(),
  );
  expect(await screen.findByText("the administrator")).toBeTruthy();
  expect(takenSeat()).toBeNull();
});
