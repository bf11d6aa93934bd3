import { QueryClient } from "@tanstack/react-query";
import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { Interrupt } from "./Interrupt.jsx";
import { SessionGate } from "../../hooks/useSession.jsx";
import { agent, show } from "../../test/render.jsx";
import { CLIENT, serve } from "../../test/server.js";

const REFUSED = { status: 403, error: { code: "FORBIDDEN", message: "no", request_id: "r-1" } };

function signedIn(value, routes = {}, client = CLIENT) {
  const asked = serve({ "/auth/me": client, ...routes });
  show(<SessionGate>{<Interrupt agent={value} />}</SessionGate>, new QueryClient());
  return asked;
}

const press = async (name) => userEvent.click(await screen.findByRole("button", { name }));

test("an interruption is announced only after its object and its consequence were read", async () => {
  const asked = signedIn(agent(), { "/simulate-interruption": { deadline: null } });
  await press("Interrupt");
  expect((await screen.findByRole("dialog")).textContent).toMatch("will take i-1 in two minutes");
  expect(asked.some((line) => line.startsWith("POST"))).toBe(false);
  await press("Interrupt web-shop");
  expect(asked).toContain("POST /api/client/instances/p-1/simulate-interruption");
});

test("what was refused is said in the dialog", async () => {
  signedIn(agent(), { "/simulate-interruption": REFUSED });
  await press("Recommend rebalance");
  await press("Recommend it");
  expect(await screen.findByText("Your sign-in does not allow this.")).toBeTruthy();
});

test("while AWS is taking the instance there is nothing to press", async () => {
  signedIn(agent({ notice_status: "termination" }));
  await press("Interrupt");
  expect(screen.getByRole("button", { name: "Interrupt" }).getAttribute("aria-disabled")).toBe("true");
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("on the real AWS nothing can be interrupted from here", async () => {
  const asked = signedIn(agent(), {}, { ...CLIENT, simulated: false });
  await expect.poll(() => asked.length).toBe(1);
  expect(screen.queryByRole("button")).toBeNull();
});
