import { QueryClient, QueryClientProvider, QueryObserver } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { LiveEvents, makeMemory, makeRefresh, useLive } from "./useLiveEvents.jsx";

class Stream {
  static CLOSED = 2;
  static all = [];
  readyState = 1;
  heard = {};
  constructor() {
    Stream.all.push(this);
  }
  addEventListener(type, listener) {
    this.heard[type] = listener;
  }
  close() {
    this.readyState = Stream.CLOSED;
  }
  fail(readyState) {
    this.readyState = readyState;
    this.onerror();
  }
}

const newest = () => Stream.all.at(-1);
const pass = (ms) => act(() => vi.advanceTimersByTimeAsync(ms));
const Sign = () => (useLive().lostSince ? "lost" : "live");
let refetched;

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", Stream);
  Stream.all = [];
  const queries = new QueryClient();
  queries.setQueryData(["live", "fleet"], []);
  refetched = vi.spyOn(queries, "invalidateQueries");
  render(
    <QueryClientProvider client={queries}>
      <LiveEvents>
        <Sign />
      </LiveEvents>
    </QueryClientProvider>,
  );
  await pass(0);
  act(() => newest().onopen());
  refetched.mockClear();
});
afterEach(() => vi.useRealTimers());

test.each(["notice", "incident", "replica", "promotion", "serving", "instance", "action", "agent", "module", "health"])(
  "a %s event refetches what is shown",
  (type) => {
    newest().heard[type]({ type });
    expect(refetched).toHaveBeenCalledWith({ queryKey: ["live", "fleet"], exact: true });
  },
);

test("an event that is told again after a break asks for nothing", async () => {
  const event = { type: "notice", lastEventId: "7" };
  newest().heard.notice(event);
  await pass(0);
  refetched.mockClear();
  newest().heard.notice(event);
  expect(refetched).not.toHaveBeenCalled();
  newest().heard.notice({ ...event, lastEventId: "6" });
  expect(refetched).toHaveBeenCalledTimes(1);
});

test("what was heard long ago is forgotten first", () => {
  const isNews = makeMemory(2);
  expect(["1", "2", "1", "3", "1"].map(isNews)).toEqual([true, true, false, true, true]);
});

test("a turn of SAFE MODE asks at once who is signed in, whose banner says so", () => {
  newest().heard.safe_mode({ type: "safe_mode" });
  expect(refetched).toHaveBeenCalledWith({ queryKey: ["session"] });
});

test("the server's regular close is no loss when the browser is back in time, and what fell in between is fetched", async () => {
  act(() => newest().fail(0));
  await pass(100);
  expect(refetched).not.toHaveBeenCalled();
  act(() => newest().onopen());
  await pass(10_000);
  expect(screen.getByText("live")).toBeTruthy();
  expect(refetched).toHaveBeenCalledTimes(1);
});

test("a stream that stays away is called lost after five seconds; every query asks at once and every five", async () => {
  act(() => newest().fail(0));
  await pass(5000);
  expect(screen.getByText("lost")).toBeTruthy();
  await pass(10_000);
  expect(refetched).toHaveBeenCalledTimes(3);
});

test("a stream the browser gave up is opened anew after three seconds, and what was missed is fetched", async () => {
  act(() => newest().fail(Stream.CLOSED));
  await pass(5000);
  expect(Stream.all).toHaveLength(2);
  refetched.mockClear();
  act(() => newest().onopen());
  expect(screen.getByText("live")).toBeTruthy();
  expect(refetched).toHaveBeenCalledTimes(1);
});

// A page that shows two things, whose answers come when the test says.
function asked(...names) {
  const queries = new QueryClient();
  const answers = Object.fromEntries(names.map((name) => [name, []]));
  for (const name of names)
    new QueryObserver(queries, { queryKey: ["live", name], queryFn: () => new Promise((answer) => answers[name].push(answer)) }).subscribe(() => {});
  return { refresh: makeRefresh(queries), answers };
}
const answer = async (waiting) => {
  waiting.at(-1)("told");
  await vi.advanceTimersByTimeAsync(0);
};

test("a storm of events is answered by one round at a time and one more, none cut short", async () => {
  const { refresh, answers } = asked("fleet");
  await answer(answers.fleet);
  for (let n = 0; n < 50; n += 1) refresh();
  expect(answers.fleet).toHaveLength(2);
  await answer(answers.fleet);
  expect(answers.fleet).toHaveLength(3);
  await answer(answers.fleet);
  expect(answers.fleet).toHaveLength(3);
});

test("an answer that does not come keeps no other from being asked for", async () => {
  const { refresh, answers } = asked("slow", "fleet");
  await answer(answers.fleet);
  refresh();
  await answer(answers.fleet);
  refresh();
  expect(answers.fleet).toHaveLength(3);
});
