// Above the fleet's table: find, views that were saved, the file. The chips stand below them.
import { Button, Menu, Modal, TextInput } from "@mantine/core";
import { useDisclosure, useHotkeys, useLocalStorage } from "@mantine/hooks";
import { IconBookmark, IconDownload, IconSearch, IconTrash } from "@tabler/icons-react";
import { useRef, useState } from "react";

import classes from "./FleetTools.module.css";
import { HEADS, csv } from "./views.js";

const KEPT = { key: "spotopt-fleet-views", defaultValue: [] };
const MOST = 20;

export function FleetTools({ view, onView, shown }) {
  return (
    <div className={classes.tools}>
      <Search value={view.find} onChange={(find) => onView({ ...view, find })} />
      <Order view={view} onView={onView} />
      <Views view={view} onView={onView} />
      <Button
        variant="default"
        size="sm"
        leftSection={<IconDownload size={15} aria-hidden />}
        onClick={() => download(csv(shown))}
        disabled={shown.length === 0}
      >
        CSV
      </Button>
    </div>
  );
}

function Search({ value, onChange }) {
  const field = useRef(null);
  useHotkeys([["/", () => field.current?.focus()]]);
  return (
    <TextInput
      ref={field}
      size="sm"
      aria-label="Find a workload"
      placeholder="Find  /"
      leftSection={<IconSearch size={15} aria-hidden />}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      className={classes.search}
    />
  );
}

// Where the heads of the table are not shown.
function Order({ view, onView }) {
  return (
    <select
      className={classes.order}
      aria-label="Order by"
      value={view.sort ?? ""}
      onChange={(event) => onView({ ...view, sort: event.currentTarget.value || null, down: false })}
    >
      <option value="">Most urgent first</option>
      {HEADS.map(([key, word]) => (
        <option key={key} value={key}>
          {word}
        </option>
      ))}
    </select>
  );
}

// A view is what is filtered, found and sorted, under a name, on this browser.
function Views({ view, onView }) {
  const [kept, keep] = useLocalStorage(KEPT);
  const [open, { open: ask, close }] = useDisclosure();
  const save = (name) => keep([...kept.filter((one) => one.name !== name), { name, view }].slice(-MOST));
  return (
    <>
      <Menu position="bottom-end" withArrow>
        <Menu.Target>
          <Button variant="default" size="sm" leftSection={<IconBookmark size={15} aria-hidden />}>
            Views
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {kept.length === 0 && <Menu.Label>No view saved yet</Menu.Label>}
          {kept.map((one) => (
            <Menu.Item key={one.name} onClick={() => onView(one.view)}>
              {one.name}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item onClick={ask}>Save this view…</Menu.Item>
          {kept.map((one) => (
            <Menu.Item
              key={one.name}
              leftSection={<IconTrash size={14} aria-hidden />}
              onClick={() => keep(kept.filter(({ name }) => name !== one.name))}
            >
              Forget “{one.name}”
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Save open={open} onClose={close} onSave={save} />
    </>
  );
}

function Save({ open, onClose, onSave }) {
  const [name, setName] = useState("");
  const submit = (event) => {
    event.preventDefault();
    onSave(name.trim());
    setName("");
    onClose();
  };
  return (
    <Modal opened={open} onClose={onClose} title={<strong>Save this view</strong>} centered closeButtonProps={{ "aria-label": "Close" }}>
      <form onSubmit={submit} className={classes.save}>
        <TextInput
          label="Name"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={40}
          data-autofocus
          required
        />
        <Button type="submit" disabled={!name.trim()}>
          Save
        </Button>
      </form>
    </Modal>
  );
}

function download(text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: "fleet.csv" });
  link.click();
  URL.revokeObjectURL(address);
}
