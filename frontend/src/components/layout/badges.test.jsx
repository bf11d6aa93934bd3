import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { Badges } from "./Shell.jsx";
import { SessionGate } from "../../hooks/useSession.jsx";
import { CLIENT, serve } from "../../test/server.js";

function arrive(who) {
  serve({ "/auth/me": who });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <SessionGate pending="waiting" failed={() => "failed"} signedOut={() => "the door"}>
          <Badges />
          <p>here</p>
        </SessionGate>
      </QueryClientProvider>
    </MantineProvider>,
  );
}

test("a simulated AWS is named over every page, with the preset whose waits are shorter", async () => {
  arrive({ ...CLIENT, simulated: true, preset: "demo", preset_sentence: "Six hours are six minutes." });

  expect(await screen.findByText(/Simulated AWS/)).toBeDefined();
  expect(screen.getByText(/demo waits/)).toBeDefined();
});

test("a real AWS has no such badge", async () => {
  arrive({ ...CLIENT, simulated: false, preset: null });

  await screen.findByText("here");
  expect(screen.queryByText(/Simulated AWS/)).toBeNull();
});
