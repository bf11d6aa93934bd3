import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import { MemoryRouter, Route, Routes } from "react-router";
import { beforeEach, expect, test } from "vitest";

import EmergencyPage from "./EmergencyPage.jsx";
import { agent, incident, setTime } from "../test/render.jsx";
import { serve } from "../test/server.js";

beforeEach(() => setTime("2026-01-01T12:00:30Z"));

function open(told) {
  const emergency = { server_time: "2026-01-01T12:00:30Z", agent: agent({ sentence: "Serving." }), incident: told, instances: [], timeline: [] };
  const asked = serve({ "/emergency-status": emergency });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <MemoryRouter initialEntries={["/agents/a-1/emergencies/n-1"]}>
          <Routes>
            <Route path="agents/:agentId/emergencies/:incidentId" element={<EmergencyPage />} />
          </Routes>
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
