import { expect, test } from "vitest";

import { ago, countdown, discount, percent, plural, seconds, unitPrice } from "./format.js";

test.each([
  [119.2, "2:00"],
  [59.01, "1:00"],
  [7, "0:07"],
  [-3, "0:00"],
  [3723, "1:02:03"],
])("a countdown of %s s reads %s", (value, text) => expect(countdown(value)).toBe(text));

test("what nobody measured is a dash", () => {
  expect([seconds(null), unitPrice(undefined), percent(null)]).toEqual(["–", "–", "–"]);
});

test("a discount needs both prices", () => {
  expect(discount(0.03, 0.1)).toBeCloseTo(0.7);
  expect(discount(0.03, null)).toBeNull();
  expect(discount(null, 0.1)).toBeNull();
});

test.each([
  [0.5, "just now"],
  [12, "12 s ago"],
  [125, "2 min ago"],
  [7300, "2 h ago"],
  [200000, "2 d ago"],
])("%s s ago reads %s", (gone, text) => expect(ago(new Date(0).toISOString(), 1000 * gone)).toBe(text));

test("one is singular", () => expect([plural(1, "workload"), plural(0, "workload")]).toEqual(["1 workload", "0 workloads"]));
