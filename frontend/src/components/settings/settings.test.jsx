import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";

import { Accounts } from "./Accounts.jsx";
import { NewHost } from "./NewHost.jsx";
import { Tokens } from "./Tokens.jsx";
import { setTime, show } from "../../test/render.jsx";
import { serve } from "../../test/server.js";

beforeEach(() => setTime("2026-01-01T12:00:00Z"));

const account = (changes) => ({
  account_id: "a-1",
  aws_account_id: "123456789012",
  name: "Simulated 123456789012",
  status: "active",
  health: "ok",
  health_reason: null,
  is_active: true,
  regions: ["us-east-1", "eu-west-1"],
  machines: 3,
  event_keys: 0,
  queue_polled_at: null,
  queue_received_at: null,
  ...changes,
});

test("an account says where it may be acted in, how it stands and whether AWS's own events come", () => {
  show(<Accounts accounts={[account(), account({ account_id: "a-2", health: "degraded", health_reason: "AWS does not answer", event_keys: 2 })]} />);
  const [, first, second] = screen.getAllByRole("row").map((row) => row.textContent);
  expect(first).toBe("123456789012Linkedus-east-1, eu-west-13 machinesnot linked: notices come from the hosts alone");
  expect(second).toMatch("DegradedAWS does not answer");
  expect(second).toMatch("by HTTP, 2 keys");
});

test("an event key is made by its client alone, and shown once", async () => {
  serve({ "/events/keys": { key_id: "k", aws_account_id: "123456789012", key: "sok_1_secret" } });
  show(<Accounts accounts={[account()]} mayAct />);
  await userEvent.click(screen.getByRole("button", { name: "Make an event key" }));
  expect(await screen.findByText("sok_1_secret")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "I have it" }));
  expect(screen.queryByText("sok_1_secret")).toBeNull();
});

test("a token for a new host is asked for the account at hand", async () => {
  const asked = serve({ "/enrolment-tokens": { token: "soe_1_secret", expires_at: "2026-01-01T13:00:00Z" } });
  show(<NewHost accounts={[account()]} />);
  expect(screen.getByLabelText(/AWS account/).value).toBe("123456789012");
  await userEvent.click(screen.getByRole("button", { name: "Make an enrolment token" }));
  expect(await screen.findByText("soe_1_secret")).toBeTruthy();
  expect(asked).toEqual(["POST /api/agents/enrolment-tokens"]);
});

test("tokens are known by their first letters, with their last use and their end", () => {
  show(<Tokens tokens={[{ prefix: "AbCdEf", created_at: "2026-01-01T11:00:00Z", last_used_at: "2026-01-01T11:59:00Z", expires_at: null, scopes: ["all"] }]} />);
  expect(screen.getByRole("listitem").textContent).toBe("soc_AbCdEf…made 1 h ago, last used 1 min ago");
});
