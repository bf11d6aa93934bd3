import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { Mode } from "./Mode.jsx";
import { Release } from "./Release.jsx";
import { Replicas } from "./Replicas.jsx";
import { ScalingGroup } from "./ScalingGroup.jsx";
import { agent, show } from "../../test/render.jsx";
import { serve } from "../../test/server.js";

const cared = (mode, changes = {}) => agent({ epoch: 4, config: { mode, config_version: 3 }, ...changes });

const replica = (changes = {}) => ({
  replica_id: "r-1",
  ec2_instance_id: "i-42217bea",
  status: "ready",
  mode: "manual",
  instance_type: "m5.large",
  az_id: "use1-az1",
  boot_time_seconds: 3.2,
  expires_at: null,
  ended_at: null,
  ...changes,
});

const press = (name) => userEvent.click(screen.getByRole("button", { name }));

test("the mode is one choice of three, and changes only after its consequence was read", async () => {
  const asked = serve({ "/config": {} });
  show(<Mode agent={cared("auto_switch")} />);
  expect(screen.getAllByRole("radio").map((radio) => radio.checked)).toEqual([true, false, false]);
  await userEvent.click(screen.getByRole("radio", { name: /^Observe/ }));
  expect((await screen.findByRole("dialog")).textContent).toMatch("when AWS takes its instance, nothing replaces it");
  expect(asked).toEqual([]);
  await press("Choose observe");
  await expect.poll(() => asked).toEqual(["POST /api/client/agents/a-1/config"]);
});

test("leaving the dialog leaves the mode", async () => {
  const asked = serve({});
  show(<Mode agent={cared("auto_switch")} />);
  await userEvent.click(screen.getByRole("radio", { name: /^Manual/ }));
  await userEvent.click(await screen.findByRole("button", { name: "Leave it" }));
  expect(screen.getByRole("radio", { name: /^Auto-switch/ }).checked).toBe(true);
  expect(asked).toEqual([]);
});

test("a replica is launched by hand only in its mode", () => {
  const { unmount } = show(<Replicas agent={cared("auto_switch")} replicas={[]} />);
  expect(screen.queryByRole("button", { name: "Launch a replica" })).toBeNull();
  unmount();
  show(<Replicas agent={cared("manual_replica")} replicas={[replica({ ended_at: "2026-01-01T12:00:00Z" })]} />);
  expect(screen.getByRole("button", { name: "Launch a replica" })).toBeTruthy();
});

test("a promotion names both machines before it happens", async () => {
  const asked = serve({ "/promote": {} });
  show(<Replicas agent={cared("manual_replica")} replicas={[replica()]} />);
  await press("Promote");
  expect((await screen.findByRole("dialog")).textContent).toMatch(/workload on i-1 is stopped, then started on i-42217bea/);
  await press("Move web-shop");
  await expect.poll(() => asked).toEqual(["POST /api/agents/a-1/replicas/r-1/promote"]);
});

test("what was refused is said in the dialog", async () => {
  serve({ "/promote": { status: 409, error: { code: "STALE_EPOCH", message: "x", request_id: "q" } } });
  show(<Replicas agent={cared("manual_replica")} replicas={[replica()]} />);
  await press("Promote");
  await userEvent.click(await screen.findByRole("button", { name: "Move web-shop" }));
  expect(await screen.findByText("The workload moved meanwhile. Look again, then decide again.")).toBeTruthy();
});

test("a replica that is not ready cannot be promoted, and stays in reach of the keyboard", async () => {
  show(<Replicas agent={cared("manual_replica")} replicas={[replica({ status: "syncing" })]} />);
  await press("Promote");
  expect(screen.getByRole("button", { name: "Promote" }).getAttribute("aria-disabled")).toBe("true");
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("ending a replica that an announcement may need says so", async () => {
  const asked = serve({ "/r-1": {} });
  show(<Replicas agent={cared("auto_switch", { notice_status: "rebalance" })} replicas={[replica({ mode: "emergency" })]} />);
  await press("End");
  expect((await screen.findByRole("dialog")).textContent).toMatch("without a replica it may be away for longer");
  await press("End it");
  await expect.poll(() => asked).toEqual(["DELETE /api/agents/a-1/replicas/r-1"]);
});

test("taking a workload out of care asks for its name", async () => {
  const asked = serve({ "/a-1": {} });
  show(<Release agent={cared("auto_switch")} />);
  await press("Take out of care");
  const yes = await screen.findByRole("button", { name: "Take it out of care" });
  expect(yes.disabled).toBe(true);
  await userEvent.type(screen.getByLabelText("Type web-shop to go on"), "web-shop");
  await userEvent.click(yes);
  await expect.poll(() => asked).toEqual(["DELETE /api/client/agents/a-1"]);
});

const group = (changes = {}) => ({ name: "web-spot", is_member: true, min_size: 1, desired: 2, max_size: 4, seen_at: "2026-01-01T12:00:00Z", ...changes });

test("a member says which group it is in and how large that is", () => {
  const { container } = show(<ScalingGroup group={group()} />);
  expect(container.textContent).toMatch("Member of the Auto Scaling group web-spot (wants 2, from 1 to 4).");
});

test("a machine beside its group says why, and an exchange that is over says nothing more", () => {
  const outside = { state: "outside", sentence: "i-2 stays beside web-spot: no room" };
  const first = show(<ScalingGroup group={group({ is_member: false, exchange: outside })} />);
  expect(first.container.textContent).toMatch("Beside the Auto Scaling group web-spot");
  expect(first.container.textContent).toMatch("stays beside web-spot: no room.");
  first.unmount();
  const { container } = show(<ScalingGroup group={group({ exchange: { state: "done", sentence: "i-2 has the place" } })} />);
  expect(container.textContent).not.toMatch("has the place");
});
