// What happened, newest first: when, to whom, and the sentence that was written down when it happened.
import { Button } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";

import classes from "./Activity.module.css";
import { Sentence } from "../Sentence.jsx";
import { Time } from "../Time.jsx";

const FEW = 8;

// `whose` also names the client, for those who see more than one.
export function Activity({ events, whose = false }) {
  const [all, setAll] = useState(false);
  return (
    <>
      <Lines events={all ? events : events.slice(0, FEW)} whose={whose} />
      {events.length > FEW && (
        <Button variant="subtle" color="gray" size="sm" ml={2} mb="sm" onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${events.length}`}
        </Button>
      )}
    </>
  );
}

function Lines({ events, whose }) {
  return (
    <ol className={classes.activity} data-feature-id="client-home-feed-unique-indep-view-live">
      {events.map((event, n) => (
        <li key={`${event.at}-${events.length - n}`} data-same={sameAs(event, events[n - 1]) || undefined}>
          <span className={classes.at}>
            <Time at={event.at} />
          </span>
          <span>
            {!sameAs(event, events[n - 1]) && <Who event={event} whose={whose} />}
            <Sentence>{event.text.endsWith(".") ? event.text : `${event.text}.`}</Sentence>
          </span>
        </li>
      ))}
    </ol>
  );
}

const sameAs = (event, above) => above != null && event.agent_id != null && event.agent_id === above.agent_id;

function Who({ event, whose }) {
  const client = whose ? (event.client_name ?? "Platform") : null;
  if (!event.agent_name) return client && <span className={classes.who}>{client}</span>;
  return (
    <span className={classes.who}>
      {client && `${client} · `}
      {whose ? event.agent_name : <Link to={`/agents/${event.agent_id}`}>{event.agent_name}</Link>}
    </span>
  );
}
