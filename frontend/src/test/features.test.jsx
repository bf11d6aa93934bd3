// The names under which others know parts of the pages (`data-feature-id`): each is found where it is mounted.
import { beforeEach, expect, test } from "vitest";

import { show, agent, setTime } from "./render.jsx";
import { ClientTable } from "../components/admin/ClientTable.jsx";
import { Queues } from "../components/admin/Queues.jsx";
import { ModelTable } from "../components/models/ModelTable.jsx";
import { Activity } from "../components/overview/Activity.jsx";
import { FourFigures } from "../components/overview/FourFigures.jsx";
import { SessionGate } from "../hooks/useSession.jsx";
import { SignInPage } from "../pages/SignInPage.jsx";
import { CLIENT, serve } from "./server.js";

beforeEach(() => setTime("2026-01-01T12:00:00Z"));

const CLIENTS = [{ client_id: "c-1", name: "Acme", email: "a@example.com", status: "active", agents: 1, instances: 1, open_incidents: 0, tokens: [], last_activity_at: null }];
const NONE = { outcomes: 0, brier: null, base_brier: null, log_loss: null, base_log_loss: null, is_worse_than_base_rate: false, calibration: [] };
const MODEL = { model_id: "m-1", name: "one", version: "1", status: "validated", latency_p99_ms: null, scorecard: NONE };
const told = { at: "2026-01-01T11:59:00Z", text: "It happened", agent_id: null, agent_name: null, client_name: null };

const PARTS = {
  "any-auth-form-reuse-dep-submit-signin": () => <SignInPage />,
  "client-home-kpi-reuse-indep-view-spend": () => <FourFigures agents={[agent()]} />,
  "client-home-feed-unique-indep-view-live": () => <Activity events={[told]} />,
  "admin-health-traffic-unique-indep-view-workers": () => <Queues queues={[]} />,
  "admin-client-button-reuse-dep-click-login": () => <SessionGate>{<ClientTable clients={CLIENTS} />}</SessionGate>,
  "admin-lab-button-reuse-dep-click-grad": () => <ModelTable models={[MODEL]} onAct={() => {}} onChoose={() => {}} />,
};

test.each(Object.keys(PARTS))("%s is found where it is mounted", async (id) => {
  serve({ "/auth/me": { ...CLIENT, kind: "admin", client_id: null } });
  const { container } = show(PARTS[id]());
  await expect.poll(() => container.querySelectorAll(`[data-feature-id="${id}"]`).length).toBe(1);
});
