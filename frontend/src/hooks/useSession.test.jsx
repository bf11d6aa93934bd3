import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { makeQueryClient, worthRepeating } from "./queries.js";
import { useFleet } from "./useFleet.js";
import { SessionGate, tokenInAddress, useSession, useSignIn, useSignOut } from "./useSession.jsx";
import { CLIENT, serve } from "../test/server.js";

const UNKNOWN = { status: 401, error: { code: "UNAUTHENTICATED", message: "no", request_id: "r-1" } };

function gate(children, queries = makeQueryClient()) {
  render(
    <QueryClientProvider client={queries}>
      <SessionGate pending="waiting" failed={(error) => error.message} signedOut={() => "the door"}>
        {children}
      </SessionGate>
    </QueryClientProvider>,
  );
  return queries;
}

const Name = () => useSession().name;
const Fleet = () => `fleet: ${useFleet().data?.agents.length ?? "?"}`;
function Out() {
  const signOut = useSignOut();
  return (
    <button type="button" onClick={() => signOut.mutate()}>
      out
    </button>
  );
}

test("who is signed in is let in and known below", async () => {
  serve({ "/auth/me": CLIENT });
  gate(<Name />);
  expect(await screen.findByText("Demo")).toBeTruthy();
});

test("nobody stands before the door", async () => {
  serve({ "/auth/me": UNKNOWN });
  gate(<Name />);
  expect(await screen.findByText("the door")).toBeTruthy();
});

test("a session that ends while a page asks leads to the door at once, without asking again", async () => {
  const asked = serve({ "/auth/me": CLIENT, "/agents": UNKNOWN });
  gate(<Fleet />);
  expect(await screen.findByText("the door")).toBeTruthy();
  expect(asked.filter((line) => line.includes("/agents"))).toHaveLength(1);
});

test("signing out forgets what was seen", async () => {
  serve({ "/auth/me": CLIENT, "/agents": { server_time: "2026-01-01T12:00:00Z", agents: [] }, "/logout": {} });
  const queries = gate([<Fleet key="fleet" />, <Out key="out" />]);
  await screen.findByText(/fleet: 0/);
  await userEvent.click(screen.getByRole("button"));
  expect(await screen.findByText("the door")).toBeTruthy();
  expect(queries.getQueriesData({ queryKey: ["live"] })).toEqual([]);
});

test("a token in the address is taken and leaves it at once", () => {
  window.history.replaceState(null, "", "/agents/a-1?incident=n-1#token=soc_1");
  expect(tokenInAddress()).toBe("soc_1");
  expect(window.location.href).toMatch(/\/agents\/a-1\?incident=n-1$/);
  expect(tokenInAddress()).toBeNull();
});

test.each([
  [0, 503, true],
  [0, 429, true],
  [2, 503, false],
  [0, 404, false],
  [0, 403, false],
])("after %s failures a %s is repeated: %s", (failures, status, answer) =>
  expect(worthRepeating(failures, { status })).toBe(answer),
);

function In() {
  const signIn = useSignIn();
  return (
    <button type="button" onClick={() => signIn.mutate("soc_x")}>
      in
    </button>
  );
}

test("signing in while the first question is still on its way is not undone by its late answer", async () => {
  let late;
  const answers = [new Promise((answer) => (late = answer)), Promise.resolve({ status: "success", data: CLIENT })];
  const reply = (status, body) => new Response(JSON.stringify(body), { status });
  vi.stubGlobal("fetch", async (url, { method }) => {
    if (method === "POST") return reply(200, { status: "success", data: {} });
    const body = await answers.shift();
    return reply(body.status === "success" ? 200 : 401, body);
  });
  render(
    <QueryClientProvider client={makeQueryClient()}>
      <SessionGate pending={<In />} failed={(error) => error.message} signedOut={() => "the door"}>
        <Name />
      </SessionGate>
    </QueryClientProvider>,
  );
  await userEvent.click(screen.getByRole("button"));
  setTimeout(() => late({ status: "error", error: UNKNOWN.error }), 50);
  expect(await screen.findByText("Demo")).toBeTruthy();
});
