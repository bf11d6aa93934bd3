// Every client organisation: find one, look at it, make a new one.
import { Button, TextInput } from "@mantine/core";
import { useDebouncedValue, useDisclosure, useDocumentTitle, useHotkeys } from "@mantine/hooks";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { useRef, useState } from "react";

import classes from "./Page.module.css";
import { ClientTable } from "../components/admin/ClientTable.jsx";
import { Growth } from "../components/admin/Growth.jsx";
import { NewClient } from "../components/admin/NewClient.jsx";
import { Card } from "../components/cards/Card.jsx";
import { useClients, useGrowth } from "../hooks/useAdmin.js";

const DAYS = 30;
const TYPING_MS = 200;

export default function ClientsPage() {
  const [wanted, setWanted] = useState("");
  const [settled] = useDebouncedValue(wanted.trim(), TYPING_MS);
  const clients = useClients(settled);
  const growth = useGrowth(DAYS);
  const [making, { open, close }] = useDisclosure();
  useDocumentTitle("Clients · Spot Optimizer");
  return (
    <>
      <header className={classes.head}>
        <div>
          <h1>Clients</h1>
          <p className={classes.sentence}>Look at a client to see its pages as it sees them.</p>
        </div>
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
          New client
        </Button>
      </header>
      <Card title="Organisations" aside={<Find value={wanted} onChange={setWanted} />} state={clients} empty={nobody(settled)}>
        {(known) => <ClientTable clients={known.pages.flatMap((page) => page.clients)} />}
      </Card>
      {clients.hasNextPage && (
        <Button variant="default" mt="md" loading={clients.isFetchingNextPage} onClick={() => clients.fetchNextPage()}>
          Show older ones
        </Button>
      )}
      <div className={classes.below}>
        <Card title="Growth" state={growth}>
          {({ days }) => <Growth days={days} />}
        </Card>
      </div>
      <NewClient opened={making} onClose={close} />
    </>
  );
}

const nobody = (wanted) => ({
  when: ({ pages: [first] }) => first.clients.length === 0,
  title: wanted ? `No client matches “${wanted}”` : "No client yet",
  text: wanted ? "Names and e-mail addresses are searched." : "A client owns workloads and a token to see them. Make the first one with “New client”.",
});

function Find({ value, onChange }) {
  const field = useRef(null);
  useHotkeys([["/", () => field.current?.focus()]]);
  return (
    <TextInput
      ref={field}
      size="sm"
      aria-label="Find a client"
      placeholder="Find  /"
      leftSection={<IconSearch size={15} aria-hidden />}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      className={classes.search}
      maxLength={64}
    />
  );
}
