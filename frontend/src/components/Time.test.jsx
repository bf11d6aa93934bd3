import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { Time } from "./Time.jsx";
import { setTime, show } from "../test/render.jsx";

test("a moment is relative to the server's time, and exact for who points at it or reaches it by keyboard", async () => {
  setTime("2026-01-01T12:00:30Z");
  show(<Time at="2026-01-01T12:00:00Z" />);
  const moment = screen.getByText(/^(29|30) s ago$/);
  expect(screen.queryByRole("tooltip")).toBeNull();
  await userEvent.tab();
  expect(document.activeElement).toBe(moment);
  expect((await screen.findByRole("tooltip")).textContent).toMatch(/1 Jan 2026, 12:00:00 UTC/);
  await userEvent.keyboard("{Escape}");
  await expect.poll(() => screen.queryByRole("tooltip")).toBeNull();
});

test("a moment nobody knows is a dash", () => {
  show(<Time at={null} />);
  expect(screen.getByText("–")).toBeTruthy();
});
