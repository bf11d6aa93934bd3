import { expect, test } from "vitest";

import { standing } from "./words.js";

test.each([
  [{ kind: "termination" }, "Open", "red"],
  [{ kind: "rebalance" }, "Open", "orange"],
  [{ kind: "termination", serving_at: "2026-01-01T12:00:00Z" }, "Carried over", "teal"],
  [{ kind: "rebalance", closed_at: "2026-01-01T12:00:00Z", outcome: "expired" }, "False alarm", "gray"],
  [{ kind: "termination", closed_at: "2026-01-01T12:00:00Z", outcome: "evicted" }, "Taken by AWS", "red"],
])("%o is %s", (incident, word, color) => {
  expect(standing(incident)).toEqual({ word, color });
});
