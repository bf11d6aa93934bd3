import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";

import { FleetPage } from "../../pages/FleetPage.jsx";
import { SessionGate } from "../../hooks/useSession.jsx";
import { agent, show } from "../../test/render.jsx";
import { CLIENT, serve } from "../../test/server.js";

beforeEach(() => window.localStorage.clear());

const FLEET = [
  agent({ agent_id: "a-1", logical_name: "web", state: "at_risk", notice_status: "rebalance" }),
  agent({ agent_id: "a-2", logical_name: "api" }),
];
const rows = () => screen.getAllByRole("rowheader").map((row) => row.textContent);

async function fleet() {
  serve({ "/auth/me": CLIENT, "/agents": { server_time: "2026-01-01T12:00:00Z", agents: FLEET }, "/incidents": { incidents: [] } });
  show(<SessionGate>{<FleetPage />}</SessionGate>);
  await screen.findByRole("table");
}

test("a chip leaves only what it names, and says how many", async () => {
  await fleet();
  await userEvent.click(screen.getByRole("button", { name: "Needs attention 1" }));
  await expect.poll(rows).toEqual(["web"]);
});

test("a head sorts by keyboard, and says so", async () => {
  await fleet();
  screen.getByRole("button", { name: "Workload" }).focus();
  await userEvent.keyboard("{Enter}");
  await expect.poll(rows).toEqual(["api", "web"]);
  expect(screen.getByRole("columnheader", { name: /Workload/ }).getAttribute("aria-sort")).toBe("ascending");
});

test("a view is kept on this browser under its name and comes back whole", async () => {
  await fleet();
  await userEvent.click(screen.getByRole("button", { name: "Needs attention 1" }));
  await userEvent.click(screen.getByRole("button", { name: "Views" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Save this view…" }));
  await userEvent.type(await screen.findByLabelText(/Name/), "night{Enter}");
  await userEvent.click(screen.getByRole("button", { name: /^All/ }));
  await expect.poll(rows).toHaveLength(2);
  await userEvent.click(screen.getByRole("button", { name: "Views" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "night" }));
  await expect.poll(rows).toEqual(["web"]);
  expect(window.localStorage.getItem("spotopt-fleet-views")).toMatch("night");
});
