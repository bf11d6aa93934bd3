import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";

import { summed } from "./EmergencyCounts.jsx";
import { Growth, steps } from "./Growth.jsx";
import { Health } from "./Health.jsx";
import { Jobs } from "./Jobs.jsx";
import { Modules } from "./Modules.jsx";
import { NewClient } from "./NewClient.jsx";
import { PlatformFigures } from "./PlatformFigures.jsx";
import { PlatformTold } from "./PlatformTold.jsx";
import { Queues } from "./Queues.jsx";
import { SafeMode } from "./SafeMode.jsx";
import { setTime, show } from "../../test/render.jsx";
import { serve } from "../../test/server.js";

beforeEach(() => setTime("2026-01-01T12:00:00Z"));

const component = (changes) => ({
  component: "database",
  status: "healthy",
  details: "one round trip takes 0.2 ms",
  since: "2026-01-01T11:00:00Z",
  ...changes,
});

test("a component says how it stands in a word, why, and since when", () => {
  show(<Health components={[component()]} />);
  expect(screen.getByRole("listitem").textContent).toBe("Databaseone round trip takes 0.2 msHealthysince 1 h ago");
});

test("what nobody measured is unknown, never healthy", () => {
  show(<Health components={[component({ component: "model", status: null, since: null })]} />);
  expect(screen.getByText("Unknown")).toBeTruthy();
  expect(screen.queryByText("Healthy")).toBeNull();
  expect(screen.getByText("never measured")).toBeTruthy();
});

test("what the platform told bears its gravity and the lines of the log before it", () => {
  const line = { at: "2026-01-01T11:59:00Z", level: "warning", component: "core.prices.pricing", message: "us-east-1 does not answer" };
  const told = { notification_id: "n1", severity: "critical", title: "Prices became critical", created_at: "2026-01-01T11:59:30Z" };
  show(<PlatformTold notifications={[{ ...told, details: { diagnostic_logs: [line] } }, { ...told, notification_id: "n2", details: null }]} />);
  expect(screen.getAllByText("Urgent")).toHaveLength(2);
  expect(screen.getByText(/us-east-1 does not answer/).textContent).toBe(
    "2026-01-01T11:59:00Z warning [core.prices.pricing] us-east-1 does not answer",
  );
});

test("a queue shows its hint where there is one, else what waits", () => {
  const queue = { queue: "actions", queue_depth: 0, status: "green", oldest_age_seconds: null, hint: null };
  show(
    <Queues
      queues={[
        queue,
        { ...queue, queue: "commands", queue_depth: 1, oldest_age_seconds: 4 },
        { ...queue, queue: "notices", queue_depth: 600, status: "red", hint: "600 wait: add a worker" },
      ]}
    />,
  );
  expect(screen.getAllByRole("listitem").map((row) => row.textContent)).toEqual([
    "Intents for AWSnothing waitsFlowing",
    "Orders to hosts1 entry, the oldest for 4 sFlowing",
    "Notices to handle600 wait: add a worker.Jammed",
  ]);
});

test("a process that is busy stands beside the queues and asks for a worker; one that is not says nothing", () => {
  const process = (name, hint) => ({ process: name, cpu_share: 0.5, rss_mb: 90, hint });
  show(<Queues queues={[]} processes={[process("web:1", null), process("web:2", "busy for 93 % of a core: add a worker")]} />);
  expect(screen.getAllByRole("listitem").map((row) => row.textContent)).toEqual(["Process web:2Busy for 93 % of a core: add a worker.Busy"]);
});

test("a job that failed stands above, in its own words; those that ended well are counted, and tell what they did", () => {
  const run = { outcome: "done", finished_at: "2026-01-01T11:59:00Z", duration_ms: 12.4, counts: {} };
  show(
    <Jobs
      jobs={[
        { ...run, job: "spot_prices", counts: { pools: 60, failed: 0 } },
        { ...run, job: "orphan_sweep", outcome: "failed", duration_ms: 2500, counts: { error: "AWS does not answer" } },
        { ...run, job: "housekeeping" },
      ]}
    />,
  );
  expect(screen.getAllByRole("listitem").map((row) => row.textContent)).toEqual([
    "Orphan sweepAWS does not answerFailed1 min ago, took 2.5 s",
    "Spot pricespools: 60Done1 min ago, took 12 ms",
    "Housekeepingnothing to doDone1 min ago, took 12 ms",
  ]);
  expect(screen.getByText("2 other jobs ended well.")).toBeTruthy();
});

const STATS = {
  clients: 2,
  agents: 3,
  instances: { PRIMARY: 3, REPLICA: 1, ZOMBIE: 0, TERMINATED: 9 },
  monthly_spend_usd: null,
  unpriced_instances: 4,
};
const figure = (label) => screen.getByText(label).parentElement.textContent;

test("without a price the spend is a dash, and the ended machines are not counted", () => {
  show(<PlatformFigures stats={STATS} heard={{ miss_rate: 0.08, online: 2, agents: 3 }} />);
  expect(figure("spend a month")).toBe("spend a month–4 machines without a known price");
  expect(figure("machines")).toBe("machines41 replica, 0 zombies");
  expect(screen.getByText("8.0 %").dataset.tone).toBe("bad");
});

test("the days of a kind and an outcome are added up, the most frequent first", () => {
  const day = (kind, outcome, events, slowest = null) => ({ day: "2026-01-01", kind, outcome, events, promote_seconds_max: slowest });
  const days = [day("rebalance", "expired", 1), day("termination", "promoted", 2, 1.5), day("rebalance", "expired", 5), day("termination", "promoted", 1, 0.5)];
  expect(summed(days)).toEqual([
    { kind: "rebalance", outcome: "expired", events: 6, slowest: null },
    { kind: "termination", outcome: "promoted", events: 3, slowest: 1.5 },
  ]);
});

test("growth is told in a sentence, drawn from zero, and written as a table", () => {
  const days = [
    { date: "2026-01-01", total: 1, new: 1 },
    { date: "2026-01-02", total: 2, new: 1 },
  ];
  show(<Growth days={days} />);
  expect(screen.getByRole("img", { name: "2 clients; 2 came in the last 2 days" })).toBeTruthy();
  expect(screen.getAllByRole("row", { hidden: true })).toHaveLength(3);
  expect(steps(days)).toBe("M0,48.0 H300.0 V1.0 H600.0");
});

test("SAFE MODE is turned only after its consequence was read and a reason was given", async () => {
  const asked = serve({ "/safe-mode": { on: true } });
  show(<SafeMode state={{ on: false }} />);
  await userEvent.click(screen.getByRole("button", { name: "Turn SAFE MODE on …" }));
  expect(await screen.findByText(/nothing is launched, moved or ended/)).toBeTruthy();
  const yes = screen.getByRole("button", { name: "Turn SAFE MODE on" });
  expect(yes.disabled).toBe(true);
  await userEvent.type(screen.getByRole("textbox", { name: /Why/ }), "a test");
  await userEvent.click(yes);
  await expect.poll(() => asked).toEqual(["PUT /api/admin/safe-mode"]);
});

test("SAFE MODE that is requested is not called in force", () => {
  show(<SafeMode state={{ on: true, in_force: false, requested_at: "2026-01-01T11:59:59Z" }} />);
  expect(screen.getByText(/^Requested/).textContent).toMatch(/in force once nothing claimed before is still on its way/);
});

test("a switch that is refused says so and stays as it was", async () => {
  serve({ "/MOD-PACK-01": { status: 409, error: { code: "CONFLICT", message: "not now", request_id: "r-1" } } });
  const part = { id: "MOD-PACK-01", name: "Bin packing", detachable: true, enabled: true, without: "clean-up stops" };
  show(<Modules modules={[part, { ...part, id: "CORE-API", name: "API", detachable: false }]} />);
  expect(screen.getByText("1 part without a switch")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: /^Switch off … ?Bin packing$/ }));
  expect(await screen.findByText(/Without MOD-PACK-01: clean-up stops/)).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Switch Bin packing off" }));
  expect((await screen.findByRole("alert")).textContent).toBe("not now");
});

test("the token of a new client is shown, once", async () => {
  serve({ "/create": { client: { name: "Acme" }, token: "soc_secret" } });
  show(<NewClient opened onClose={() => {}} />);
  await userEvent.type(await screen.findByLabelText(/Name/), "Acme");
  await userEvent.type(screen.getByLabelText(/E-mail/), "a@example.com");
  await userEvent.click(screen.getByRole("button", { name: "Create client" }));
  expect(await screen.findByText("soc_secret")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "I have it" }));
  expect(screen.queryByText("soc_secret")).toBeNull();
});
