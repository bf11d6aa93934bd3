import { expect, test } from "vitest";

import { PLAIN, cell, counts, csv, matches, seen } from "./views.js";
import { agent } from "../../test/render.jsx";

const names = (agents) => agents.map((one) => one.logical_name);

const FLEET = [
  agent({ logical_name: "web", state: "at_risk", notice_status: "rebalance", replica: { status: "ready" } }),
  agent({ logical_name: "api", primary: { ...agent().primary, lifecycle: "on-demand", price_usd_per_hour: 0.1 } }),
  agent({ logical_name: "mail", presence: "offline", primary: null, labels: { team: "blue" } }),
];

test("without a wish the fleet stays as the server sorted it, worst first", () => {
  expect(names(seen(FLEET, PLAIN))).toEqual(["web", "api", "mail"]);
});

test.each([
  ["attention", ["web"]],
  ["on_demand", ["api"]],
  ["silent", ["mail"]],
  ["replica", ["web"]],
  ["a chip of an older version", ["web", "api", "mail"]],
])("the chip %s shows %j", (filter, shown) => {
  expect(names(seen(FLEET, { ...PLAIN, filter }))).toEqual(shown);
});

test("a head sorts both ways, and what is unknown stays last", () => {
  expect(names(seen(FLEET, { ...PLAIN, sort: "name" }))).toEqual(["api", "mail", "web"]);
  expect(names(seen(FLEET, { ...PLAIN, sort: "price" }))).toEqual(["api", "web", "mail"]);
  expect(names(seen(FLEET, { ...PLAIN, sort: "price", down: true }))).toEqual(["web", "api", "mail"]);
});

test("each chip says how many it shows", () => {
  expect(counts(FLEET)).toMatchObject({ all: 3, attention: 1, on_demand: 1, silent: 1, observed: 0 });
});

test("a workload is found by a label", () => {
  expect([matches(FLEET[2], "team=blue"), matches(FLEET[0], "blue")]).toEqual([true, false]);
});

test.each([
  ["=SUM(A1)", "'=SUM(A1)"],
  ["+1", "'+1"],
  ["-1", "'-1"],
  ["@x", "'@x"],
  ["\tx", "'\tx"],
  ["\0x", "'\0x"],
  [-0.5, "-0.5"],
  [null, ""],
  ['say "a, b"', '"say ""a, b"""'],
])("in the file %j is written as %j", (value, text) => expect(cell(value)).toBe(text));

test("the file holds a head and one line for each workload that is shown", () => {
  const lines = csv([agent({ logical_name: '=cmd|" /C calc"!A0' })]).trimEnd().split("\r\n");
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatch(/^"'=cmd\|"" \/C calc""!A0",serving,/);
});
