// Components as the app wraps them, without a server.
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { MemoryRouter } from "react-router";

import { setServerTime } from "../hooks/useClock.jsx";

export const setTime = setServerTime;

const quiet = () => new QueryClient({ defaultOptions: { queries: { retry: false } } });

export function show(children, queries = quiet()) {
  return render(
    <MantineProvider env="test">
      <QueryClientProvider client={queries}>
        <MemoryRouter>{children}</MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  );
}

export const agent = (changes = {}) => ({
  agent_id: "a-1",
  logical_name: "web-shop",
  state: "serving",
  serving: true,
  notice_status: "none",
  notice_deadline: null,
  last_seen_at: "2026-01-01T12:00:00Z",
  primary: {
    instance_id: "p-1",
    ec2_instance_id: "i-1",
    instance_type: "m5.large",
    az_id: "use1-az6",
    lifecycle: "spot",
    price_usd_per_hour: 0.03,
    on_demand_usd_per_hour: 0.1,
  },
  replica: null,
  ...changes,
});

const KEYS = ["received", "ordered", "launched", "booted", "ready", "promoted", "serving", "ended"];

// An incident whose first `done` steps are behind it, one second apart.
export const incident = (done, changes = {}) => ({
  incident_id: "n-1",
  kind: "termination",
  opened_at: "2026-01-01T12:00:00Z",
  deadline: "2026-01-01T12:02:00Z",
  closed_at: null,
  outcome: null,
  sentence: "Ordered a replacement because i-1 will be interrupted",
  next: "The replica is promoted as soon as it is ready.",
  downtime_seconds: null,
  downtime_method: null,
  steps: KEYS.map((key, n) => ({
    key,
    label: key,
    at: n < done ? `2026-01-01T12:00:0${n}Z` : null,
    seconds_since_received: n < done ? n : null,
  })),
  told: [],
  ...changes,
});
