import { expect, test, vi } from "vitest";

import { ApiError, api, eventStream } from "./apiClient.js";

function server(...replies) {
  const fetch = vi.fn(async () => {
    const reply = replies.shift();
    if (reply instanceof Error) throw reply;
    return new Response(JSON.stringify(reply.body), { status: reply.status ?? 200 });
  });
  vi.stubGlobal("fetch", fetch);
  return fetch;
}

test("a GET puts named params into the address and the rest into the query", async () => {
  const fetch = server({ body: { status: "success", data: { count: 0 } } });
  expect(await api.downtime("c 1", 7)).toEqual({ count: 0 });
  expect(fetch.mock.calls[0][0]).toBe("/api/client/c%201/analytics/downtime?days=7");
});

test("a write that was not answered is sent once more with the same id", async () => {
  const fetch = server(new TypeError("network"), { body: { status: "success", data: {} } });
  await api.interrupt("i-1", "interruption");
  const ids = fetch.mock.calls.map(([, request]) => request.headers["X-Request-ID"]);
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(1);
});

test("a read that was not answered is not repeated here, and says so in words", async () => {
  const fetch = server(new TypeError("network"));
  await expect(api.session()).rejects.toThrow("The server does not answer.");
  expect(fetch).toHaveBeenCalledTimes(1);
});

test("a known code becomes a sentence, with the request id to quote", async () => {
  server({ status: 404, body: { status: "error", error: { code: "NOT_FOUND", message: "x", request_id: "r-1" } } });
  const error = await api.emergency("a-1").catch((caught) => caught);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 404, code: "NOT_FOUND", requestId: "r-1" });
  expect(error.message).toMatch("does not exist");
});

test("a reply that is no JSON is a failure of the server, not of the page", async () => {
  vi.stubGlobal(
    "fetch",
    vi.fn(async () => new Response("<html>", { status: 502 })),
  );
  await expect(api.session()).rejects.toMatchObject({ status: 502, message: "The server failed." });
});

test("the description of the API comes without an envelope and is passed on whole", async () => {
  server({ body: { openapi: "3.1.0", paths: {} } });
  expect(await api.description()).toEqual({ openapi: "3.1.0", paths: {} });
});

test("a PUT carries its body, its id, and is repeated once like every write", async () => {
  const fetch = server(new TypeError("network"), { body: { status: "success", data: { on: true } } });
  expect(await api.turnSafeMode(true, "a test")).toEqual({ on: true });
  const [, request] = fetch.mock.calls[1];
  expect([request.method, request.body]).toEqual(["PUT", '{"on":true,"reason":"a test"}']);
});

test("a client hears its own events, the administrator those of the client in view or of the platform alone", () => {
  expect(eventStream({ isAdmin: false, client_id: "c-1" })).toBe("/api/events/stream");
  expect(eventStream({ isAdmin: true, client_id: "c-1" })).toBe("/api/events/stream?client=c-1");
  expect(eventStream({ isAdmin: true, client_id: null })).toBe("/api/events/stream?scope=platform");
});
