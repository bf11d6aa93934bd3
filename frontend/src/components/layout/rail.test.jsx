import { readFileSync } from "node:fs";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter, Route, Routes } from "react-router";
import { beforeEach, expect, test } from "vitest";

import { GROUPS } from "./places.js";
import { AdministratorsOnly, ClientInView } from "./Doors.jsx";
import { Rail } from "./Rail.jsx";
import { SessionGate, useSession } from "../../hooks/useSession.jsx";
import { CLIENT, serve } from "../../test/server.js";

const ADMIN = { ...CLIENT, kind: "admin", client_id: null, name: "Administrator" };
const Icon = () => null;
const PLACES = [
  { caption: "Platform", places: [["/admin", "Platform", Icon, "admin"]] },
  { caption: "Now", places: [["/fleet", "Fleet", Icon, "client"]] },
  { caption: "What came of it", places: [["/models", "Models", Icon, "all"]] },
];

beforeEach(() => window.sessionStorage.clear());

function Choose() {
  const { choose, client_name: client } = useSession();
  return (
    <button type="button" onClick={() => choose({ client_id: "c-9", name: "Acme" })}>
      looking at {client ?? "nobody"}
    </button>
  );
}

function arrive(who, at = "/") {
  serve({ "/auth/me": who });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <SessionGate pending="waiting" failed={() => "failed"} signedOut={() => "the door"}>
          <MemoryRouter initialEntries={[at]}>
            <Rail groups={PLACES} />
            <Routes>
              <Route element={<ClientInView />}>
                <Route index element={<p>overview</p>} />
                <Route path="fleet" element={<p>fleet</p>} />
              </Route>
              <Route element={<AdministratorsOnly />}>
                <Route path="admin" element={<Choose />} />
                <Route path="admin/clients" element={<p>which client?</p>} />
              </Route>
            </Routes>
          </MemoryRouter>
        </SessionGate>
      </QueryClientProvider>
    </MantineProvider>,
  );
}

test("a client begins at its overview and sees no page of the platform", async () => {
  arrive({ ...CLIENT, kind: "client" });
  expect(await screen.findByText("overview")).toBeTruthy();
  expect(screen.getByRole("link", { name: "Fleet" })).toBeTruthy();
  expect(screen.queryByRole("link", { name: "Platform" })).toBeNull();
  expect(screen.queryByRole("group", { name: "Platform" })).toBeNull();
});

test("every page that has no other's address in its own is reached from the rail", () => {
  const known = GROUPS.flatMap(({ places }) => places.map(([to]) => to.slice(1)));
  const routes = [...readFileSync("src/App.jsx", "utf8").matchAll(/<Route (?:index|path="([^":*]+)") /g)].map(([, path]) => path ?? "");
  expect(routes.length).toBeGreaterThan(10);
  expect(known.toSorted()).toEqual(routes.toSorted());
});

test("the administrator without a client in view still reaches the models", async () => {
  arrive(ADMIN);
  expect(await screen.findByRole("link", { name: "Models" })).toBeTruthy();
  expect(screen.queryByRole("group", { name: "Now" })).toBeNull();
});

test("a client at an address of the platform is told who may see it", async () => {
  arrive({ ...CLIENT, kind: "client" }, "/admin");
  expect(await screen.findByText("Not allowed")).toBeTruthy();
});

test("the administrator begins at the platform, and meets a client's pages once one is in view", async () => {
  arrive(ADMIN);
  const button = await screen.findByRole("button", { name: "looking at nobody" });
  expect(screen.queryByRole("link", { name: "Fleet" })).toBeNull();
  await userEvent.click(button);
  expect(await screen.findByRole("link", { name: "Fleet" })).toBeTruthy();
  expect(screen.getByRole("link", { name: "Acme: look at another client" })).toBeTruthy();
});

test("an address of a client's pages asks the administrator which client", async () => {
  arrive(ADMIN, "/fleet");
  expect(await screen.findByText("which client?")).toBeTruthy();
});

test("whose session ends, or who is a client, looks at nobody else", async () => {
  window.sessionStorage.setItem("spotopt-client-in-view", JSON.stringify({ client_id: "c-9", name: "Acme" }));
  arrive({ ...CLIENT, kind: "client" }, "/fleet");
  expect(await screen.findByText("fleet")).toBeTruthy();
  expect(screen.queryByText(/Acme/)).toBeNull();
});
