// JSON Schema in words.

// The members of an object's schema: [{ name, required, kind }].
export function fieldsOf(schema, document) {
  const { properties = {}, required = [] } = resolved(schema, document) ?? {};
  return Object.entries(properties).map(([name, one]) => ({ name, required: required.includes(name), kind: shown(one) }));
}

export function resolved(schema, document) {
  const name = schema?.$ref?.split("/").at(-1);
  return name ? document.components.schemas[name] : schema;
}

// "text, 1 to 120 letters", "one of a, b", "list of AdminToken".
export function shown(schema = {}) {
  if (schema.$ref) return schema.$ref.split("/").at(-1);
  if (schema.enum) return `one of ${schema.enum.filter((one) => one != null).join(", ")}`;
  const types = [schema.type ?? "anything"].flat();
  const kind = types.find((type) => type !== "null");
  if (kind === "array") return `list of ${shown(schema.items)}`;
  const words = [WORDS[schema.format] ?? WORDS[kind] ?? kind, bounds(schema), types.includes("null") && "or null", byDefault(schema)];
  return words.filter(Boolean).join(", ").replace(", or null", " or null");
}

const WORDS = {
  string: "text",
  integer: "whole number",
  number: "number",
  boolean: "true or false",
  uuid: "UUID",
  "date-time": "time",
  date: "date",
  email: "e-mail address",
};

function bounds({ minimum, maximum, minLength, maxLength, pattern }) {
  if (pattern) return `like ${pattern}`;
  if (minimum != null || maximum != null) return range(minimum, maximum, "");
  if (minLength != null || maxLength != null) return range(minLength, maxLength, " letters");
  return null;
}

function range(least, most, unit) {
  if (least == null) return `at most ${most}${unit}`;
  return most == null ? `at least ${least}${unit}` : `${least} to ${most}${unit}`;
}

const byDefault = ({ default: value }) => (value == null ? null : `${value} if left out`);
