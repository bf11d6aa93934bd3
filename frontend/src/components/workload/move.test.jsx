import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { Move } from "./Move.jsx";
import { agent, show } from "../../test/render.jsx";
import { serve } from "../../test/server.js";

const OPTIONS = {
  options: [
    { pool: "use1-az6:m5.large:linux", price: 0.03, excluded_by: null },
    { pool: "use1-az1:c5.large:linux", price: 0.02, excluded_by: null },
    { pool: "use1-az2:c5.large:linux", price: 0.01, excluded_by: "danger" },
  ],
};
const TRIAL = {
  saving_usd_per_hour: 0.01,
  risk: 0,
  expected_downtime_seconds: 0.5,
  expected_downtime_rests_on: { switches: 3, words: "median of 3 measured planned switches of this workload" },
  steps: ["Launch a Spot c5.large"],
  refused_because: null,
};

async function open(trial = TRIAL, move = {}) {
  const asked = serve({ "/available-options": OPTIONS, "/simulate-switch": trial, "/force-switch": move });
  show(<Move agent={agent()} />);
  await userEvent.click(screen.getByRole("button", { name: "Move it …" }));
  await screen.findByText("Launch a Spot c5.large");
  return asked;
}

test("what a move would bring is read before anything is done; where it stands already is no choice", async () => {
  const asked = await open();
  expect(screen.getByText("saves").parentElement.textContent).toBe("saves$0.0100/h");
  expect(screen.getByText("remembered against it").parentElement.textContent).toMatch("nothing");
  expect(screen.getAllByRole("option").map((option) => option.textContent)).toEqual([
    "c5.large in use1-az1 · $0.0200/h",
    "c5.large in use1-az2 · $0.0100/h · advised against",
  ]);
  expect(asked.some((line) => line.endsWith("/force-switch"))).toBe(false);
  await userEvent.click(screen.getByRole("button", { name: "Move it to c5.large in use1-az1" }));
  expect(asked).toContain("POST /api/client/instances/p-1/force-switch");
});

test("how long it will be without service is said with what that rests on, and not at all while nothing was measured", async () => {
  await open();
  expect(screen.getByText("without service, median of 3 measured planned switches of this workload").parentElement.textContent).toMatch(/0\.5 s$/);
});

test("a gap that nobody measured is no figure", async () => {
  await open({ ...TRIAL, expected_downtime_seconds: null, expected_downtime_rests_on: { switches: 0, words: "no switch was measured yet" } });
  expect(screen.getByText("without service, no switch was measured yet").parentElement.textContent).toMatch(/–$/);
});

test("why it would not go there by itself is said, and what costs more is not called a saving", async () => {
  await open({ ...TRIAL, saving_usd_per_hour: -0.02, refused_because: "the pool had a notice lately" });
  expect(screen.getByText("costs more").parentElement.textContent).toBe("costs more$0.0200/h");
  expect(screen.getByText(/By itself it would not be moved there: the pool had a notice lately/)).toBeTruthy();
});

test("a move that is refused says so, and the dialog stays", async () => {
  await open(TRIAL, { status: 409, error: { code: "SWITCH_REFUSED", message: "an emergency is open" } });
  await userEvent.click(screen.getByRole("button", { name: /^Move it to/ }));
  expect(await screen.findByText("an emergency is open")).toBeTruthy();
});
