import { expect, test } from "vitest";

import { fieldsOf, shown } from "./schema.js";

test.each([
  [{ type: "string", minLength: 1, maxLength: 120 }, "text, 1 to 120 letters"],
  [{ type: ["string", "null"], maxLength: 40, default: null }, "text, at most 40 letters or null"],
  [{ type: "integer", minimum: 1, maximum: 200, default: 50 }, "whole number, 1 to 200, 50 if left out"],
  [{ type: ["string", "null"], format: "uuid" }, "UUID or null"],
  [{ enum: ["spot", "on-demand"] }, "one of spot, on-demand"],
  [{ type: "array", items: { $ref: "#/components/schemas/ShapesToken" } }, "list of ShapesToken"],
  [{ type: "string", pattern: "^i-" }, "text, like ^i-"],
  [{}, "anything"],
])("%j is told as %s", (schema, words) => expect(shown(schema)).toBe(words));

test("the members of a named schema are found, and which of them may be left out", () => {
  const document = {
    components: { schemas: { Body: { properties: { a: { type: "number" }, b: { type: "boolean" } }, required: ["a"] } } },
  };
  expect(fieldsOf({ $ref: "#/components/schemas/Body" }, document)).toEqual([
    { name: "a", required: true, kind: "number" },
    { name: "b", required: false, kind: "true or false" },
  ]);
  expect(fieldsOf(undefined, document)).toEqual([]);
});
