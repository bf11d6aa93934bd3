import { expect, test } from "vitest";

import { gain, usd } from "./money.js";

test.each([
  [1234.5, "$1,234.50"],
  [0.0321, "$0.0321"],
  [0, "$0.00"],
  [-2, "−$2.00"],
  [0.0029041, "$0.0029"],
  [-0.000017, "−$0.000017"],
  [null, "–"],
])("%s is written %s", (value, text) => expect(usd(value)).toBe(text));

test("a gain bears its sign, a loss too", () => expect([gain(1), gain(-1), gain(0)]).toEqual(["+$1.00", "−$1.00", "$0.00"]));
