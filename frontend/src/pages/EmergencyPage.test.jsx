import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import { MemoryRouter, Route, Routes } from "react-router";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";

import EmergencyPage from "./EmergencyPage.jsx";
import { agent, incident, setTime } from "../test/render.jsx";
import { SessionGate } from "../hooks/useSession.jsx";
import { CLIENT, serve } from "../test/server.js";

beforeEach(() => setTime("2026-01-01T12:00:30Z"));

function open(told, who = CLIENT) {
  const emergency = { server_time: "2026-01-01T12:00:30Z", agent: agent({ sentence: "Serving." }), incident: told, instances: [], timeline: [] };
  const asked = serve({ "/auth/me": who, "/emergency-status": emergency, "/acknowledge": { repeat_block_lifted: true } });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <MemoryRouter initialEntries={["/agents/a-1/emergencies/n-1"]}>
          <SessionGate>
            <Routes>
              <Route path="agents/:agentId/emergencies/:incidentId" element={<EmergencyPage />} />
            </Routes>
          </SessionGate>
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return asked;
}

const story = (changes) =>
  incident(8, {
    downtime_seconds: 0.6,
    downtime_method: "serving_reports",
    timeline: [{ at: "2026-01-01T12:00:05Z", text: "Promoted i-42217bea", kind: "promote" }],
    told: [{ at: "2026-01-01T12:00:00Z", title: "web-shop: interruption notice" }],
    ...changes,
  });

test("the page asks for the very emergency of its address", async () => {
  const asked = open(story());
  await screen.findByRole("heading", { name: "Interruption announced: web-shop" });
  expect(asked).toContain("GET /api/agents/a-1/emergency-status?incident_id=n-1");
});

test("it tells what was done, who was told, and how the downtime was measured", async () => {
  open(story());
  expect((await screen.findByRole("region", { name: "What was done" })).textContent).toMatch("Promoted i-42217bea.");
  expect(within(screen.getByRole("region", { name: "Who was told" })).getByText("web-shop: interruption notice")).toBeTruthy();
  const measured = within(screen.getByRole("region", { name: "Without service" }));
  expect(measured.getByText("0.6 s")).toBeTruthy();
  expect(measured.getByText(/from the last answer of the old workload/)).toBeTruthy();
  expect(measured.getByText("6.0 s")).toBeTruthy();
});

test("what nobody measured is a dash, and says why", async () => {
  open(story({ downtime_seconds: null, downtime_method: null, closed_at: "2026-01-01T18:00:00Z", outcome: "expired", told: [] }));
  expect(await screen.findByText("nothing was moved, or nobody could measure it")).toBeTruthy();
  expect(screen.getByText("Nobody was told yet.")).toBeTruthy();
});

test("whoever has looked says so, once, and reads first what it allows", async () => {
  const asked = open(story());
  expect(await screen.findByText(/not moved again for mere risk/)).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "I have seen it" }));
  expect(asked).toContain("POST /api/incidents/n-1/acknowledge");
});

test("what was seen already asks for nothing, and who only looks is not asked", async () => {
  open(story({ acknowledged_at: "2026-01-01T12:00:20Z" }));
  expect(await screen.findByText(/Seen by somebody/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "I have seen it" })).toBeNull();
});

test("the administrator who looks at a client does not speak for it", async () => {
  open(story(), { ...CLIENT, kind: "admin", client_id: null });
  expect(await screen.findByText(/Nobody of this client/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "I have seen it" })).toBeNull();
});
