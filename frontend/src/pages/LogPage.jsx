// The server's own lines over all its processes: by level, component, request and word; the newest come by themselves.
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedValue, useDocumentTitle } from "@mantine/hooks";
import { useState } from "react";

import classes from "./Page.module.css";
import { LogLines } from "../components/admin/LogLines.jsx";
import log from "../components/admin/LogLines.module.css";
import { Card } from "../components/cards/Card.jsx";
import { Chips } from "../components/Chips.jsx";
import { useLog } from "../hooks/useOversight.js";

const LEVELS = [
  ["", "All"],
  ["success", "Done and worse"],
  ["warning", "Warnings and errors"],
  ["error", "Errors"],
];
const TYPING_MS = 250;
const ANY = { level: "", component: "", request_id: "", q: "" };

export default function LogPage() {
  const [filter, setFilter] = useState(ANY);
  const [follow, setFollow] = useState(true);
  const [settled] = useDebouncedValue(filter, TYPING_MS);
  const lines = useLog(settled, follow);
  const set = (changes) => setFilter((before) => ({ ...before, ...changes }));
  useDocumentTitle("Log · Spot Optimizer");
  return (
    <>
      <header className={classes.head}>
        <div>
          <h1>Log</h1>
          <p className={classes.sentence}>What the server’s processes say, without secrets. Kept for seven days.</p>
        </div>
        <Button variant={follow ? "filled" : "default"} size="sm" aria-pressed={follow} onClick={() => setFollow(!follow)}>
          {follow ? "Following" : "Follow"}
        </Button>
      </header>
      <Chips label="Which lines" chips={LEVELS} chosen={filter.level} onChoose={(level) => set({ level })} />
      <div className={log.filters}>
        <Components known={lines.data?.pages[0].components ?? []} value={filter.component} onChange={(component) => set({ component })} />
        <Field label="Request id" value={filter.request_id} onChange={(value) => set({ request_id: value.trim() })} />
        <Field label="Says" value={filter.q} onChange={(q) => set({ q })} />
      </div>
      <Card state={lines} empty={nothing(settled)}>
        {({ pages }) => <LogLines lines={pages.flatMap((page) => page.lines)} onRequest={(request_id) => set({ request_id })} />}
      </Card>
      {lines.hasNextPage && (
        <Button variant="default" mt="md" loading={lines.isFetchingNextPage} onClick={() => lines.fetchNextPage()}>
          Show older ones
        </Button>
      )}
    </>
  );
}

function Components({ known, value, onChange }) {
  const data = [{ value: "", label: "Every component" }, ...known.map((name) => ({ value: name, label: name }))];
  return <NativeSelect label="Component" value={value} data={data} onChange={(event) => onChange(event.currentTarget.value)} />;
}

function Field({ label, value, onChange }) {
  return <TextInput label={label} value={value} maxLength={100} onChange={(event) => onChange(event.currentTarget.value)} />;
}

const nothing = (filter) => ({
  when: ({ pages: [newest] }) => newest.lines.length === 0,
  title: Object.values(filter).some(Boolean) ? "No line is like this" : "Nothing was written yet",
  text: Object.values(filter).some(Boolean)
    ? "Take a filter away, or follow: a line appears here within a second."
    : "Orders to AWS, warnings and failures appear here within a second.",
});
