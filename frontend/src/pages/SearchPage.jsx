// One search over all clients. A hit of a client's leads to its page, with that client in view.
import { TextInput } from "@mantine/core";
import { useDebouncedValue, useDocumentTitle, useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useRef } from "react";
import { Link, useSearchParams } from "react-router";

import classes from "./Page.module.css";
import rows from "../components/admin/Admin.module.css";
import { Card } from "../components/cards/Card.jsx";
import { useSearch } from "../hooks/useAdmin.js";
import { useSession } from "../hooks/useSession.jsx";

const TYPING_MS = 200;
const KINDS = { client: "Clients", agent: "Workloads", instance: "Machines", command: "Commands", incident: "Emergencies" };

export default function SearchPage() {
  const [params, setParams] = useSearchParams();
  const wanted = params.get("q") ?? "";
  const [settled] = useDebouncedValue(wanted.trim(), TYPING_MS);
  const found = useSearch(settled);
  useDocumentTitle("Search · Spot Optimizer");
  return (
    <>
      <header className={classes.head}>
        <div>
          <h1>Search</h1>
          <p className={classes.sentence}>Clients, workloads, machines, commands and emergencies of every client.</p>
        </div>
      </header>
      <Field value={wanted} onChange={(q) => setParams(q ? { q } : {}, { replace: true })} />
      {settled.length < 2 ? <Hint /> : <Found found={found} wanted={settled} />}
    </>
  );
}

function Field({ value, onChange }) {
  const field = useRef(null);
  useHotkeys([["/", () => field.current?.focus()]]);
  return (
    <TextInput
      ref={field}
      size="md"
      mb="lg"
      aria-label="Search over all clients"
      placeholder="A name, an instance id, a pool, words of a sentence"
      leftSection={<IconSearch size={17} aria-hidden />}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      maxLength={100}
      autoFocus
    />
  );
}

function Hint() {
  return <p className={classes.sentence}>Two letters are enough.</p>;
}

function Found({ found, wanted }) {
  const groups = Object.entries(found.data ?? {}).filter(([, hits]) => hits.length > 0);
  if (found.isPending || found.isError) return <Card state={found} />;
  if (groups.length === 0) return <p className={classes.sentence} role="status">Nothing matches “{wanted}”.</p>;
  return (
    <div className={classes.column}>
      {groups.map(([kind, hits]) => (
        <Card key={kind} title={KINDS[kind]}>
          <ul className={rows.rows}>
            {hits.map((hit) => (
              <Hit key={hit.id} kind={kind} hit={hit} />
            ))}
          </ul>
        </Card>
      ))}
    </div>
  );
}

function Hit({ kind, hit }) {
  const { choose } = useSession();
  const view = () => choose({ client_id: hit.client_id, name: hit.client_name });
  return (
    <li>
      <span className={rows.name}>
        {hit.client_id ? (
          <Link to={address(kind, hit)} onClick={view}>
            {hit.title}
          </Link>
        ) : (
          hit.title
        )}
        <span className={rows.sub}>{hit.more}</span>
      </span>
    </li>
  );
}

function address(kind, { id, agent_id: agent }) {
  if (!agent) return "/";
  return kind === "incident" ? `/agents/${agent}?incident=${id}` : `/agents/${agent}`;
}
