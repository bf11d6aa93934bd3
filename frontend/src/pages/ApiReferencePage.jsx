// The API to read, from the server's own description of it.
import { TextInput } from "@mantine/core";
import { useDocumentTitle, useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useRef, useState } from "react";

import classes from "./Page.module.css";
import { Card } from "../components/cards/Card.jsx";
import { Operation } from "../components/reference/Operation.jsx";
import reference from "../components/reference/Reference.module.css";
import { useDescription } from "../hooks/useDescription.js";

export default function ApiReferencePage() {
  const state = useDescription();
  const [wanted, setWanted] = useState("");
  useDocumentTitle("API · Spot Optimizer");
  return (
    <>
      <header className={classes.head}>
        <div>
          <h1>API</h1>
          <p className={classes.sentence}>
            For programs: <a href="/api/openapi.json">/api/openapi.json</a>, OpenAPI 3.1. Calls bear{" "}
            <code>Authorization: Bearer</code> and a token.
          </p>
        </div>
        <Find value={wanted} onChange={setWanted} />
      </header>
      {state.data ? <Groups document={state.data} wanted={wanted.trim().toLowerCase()} /> : <Card state={state} />}
    </>
  );
}

function Groups({ document, wanted }) {
  const groups = grouped(document, wanted);
  if (groups.length === 0) return <p className={classes.sentence}>No call matches “{wanted}”.</p>;
  return (
    <div className={reference.groups}>
      {groups.map(({ name, description, operations }) => (
        <Card key={name} title={headed(name)}>
          <p className={reference.about}>{description}</p>
          {operations.map((one) => (
            <Operation key={`${one.method} ${one.path}`} {...one} document={document} />
          ))}
        </Card>
      ))}
    </div>
  );
}

// Every group with the calls whose address, method or sentence holds what is wanted.
export function grouped(document, wanted) {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, told]) => ({ path, method, told })),
  );
  const found = all.filter(({ path, method, told }) => `${method} ${path} ${told.summary}`.toLowerCase().includes(wanted));
  return document.tags
    .map((tag) => ({ ...tag, operations: found.filter(({ told }) => told.tags[0] === tag.name) }))
    .filter(({ operations }) => operations.length > 0);
}

function headed(name) {
  const words = name.replaceAll("_", " ");
  return words[0].toUpperCase() + words.slice(1);
}

function Find({ value, onChange }) {
  const field = useRef(null);
  useHotkeys([["/", () => field.current?.focus()]]);
  return (
    <TextInput
      ref={field}
      size="sm"
      aria-label="Find a call"
      placeholder="Find  /"
      leftSection={<IconSearch size={15} aria-hidden />}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      className={classes.search}
    />
  );
}
