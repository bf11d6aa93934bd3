// A server that answers by address, for components that ask.
import { vi } from "vitest";

// `routes`: the end of an address → what it answers, or { status, error }. Answers what was asked, as "METHOD address".
export function serve(routes) {
  const asked = [];
  vi.stubGlobal("fetch", async (url, { method }) => {
    asked.push(`${method} ${url}`);
    const answer = routes[Object.keys(routes).find((end) => url.split("?")[0].endsWith(end))];
    if (answer === undefined) throw new TypeError(`nobody answers ${url}`);
    if (answer.error) return new Response(JSON.stringify({ status: "error", error: answer.error }), { status: answer.status });
    return new Response(JSON.stringify({ status: "success", data: answer }));
  });
  return asked;
}

export const CLIENT = {
  client_id: "c-1",
  name: "Demo",
  simulated: true,
  safe_mode: { on: false, in_force: false },
  preset: "demo",
};
