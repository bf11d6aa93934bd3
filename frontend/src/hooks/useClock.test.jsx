import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { setServerTime, useTicking, useTimeLeft } from "./useClock.jsx";

beforeEach(() => vi.useFakeTimers({ now: new Date("2030-01-01T00:00:00Z") }));
afterEach(() => vi.useRealTimers());

const pass = (ms) => act(() => vi.advanceTimersByTime(ms));
const Left = ({ to }) => <p>{useTimeLeft(to) ?? "over"}</p>;

test("time is counted by the server's clock, however wrong this one is", () => {
  setServerTime("2026-01-01T12:00:00Z");
  render(<Left to="2026-01-01T12:00:03Z" />);
  expect(screen.getByText("0:03")).toBeTruthy();
  pass(2000);
  expect(screen.getByText("0:01")).toBeTruthy();
  pass(1250);
  expect(screen.getByText("over")).toBeTruthy();
});

test("a thousand who listen share one timer, render only for new words, and leave none behind", () => {
  let renders = 0;
  const Hour = () => {
    renders += 1;
    return useTicking((now) => new Date(now).getUTCHours());
  };
  const { unmount } = render(Array.from({ length: 1000 }, (_, n) => <Hour key={n} />));
  expect(vi.getTimerCount()).toBe(1);
  pass(10_000);
  expect(renders).toBe(1000);
  unmount();
  expect(vi.getTimerCount()).toBe(0);
});
