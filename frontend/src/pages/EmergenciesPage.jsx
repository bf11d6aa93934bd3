// Every emergency, newest first: what it was, how it ended, how long a workload was away.
import { Button } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useState } from "react";
import { Link } from "react-router";

import pages from "./Page.module.css";
import { Card } from "../components/cards/Card.jsx";
import { Chips } from "../components/Chips.jsx";
import { TimeBar } from "../components/emergency/TimeBar.jsx";
import { KINDS, standing } from "../components/emergency/words.js";
import { Heads } from "../components/Heads.jsx";
import classes from "../components/Rows.module.css";
import { Sentence } from "../components/Sentence.jsx";
import { Mark } from "../components/Sign.jsx";
import { Time } from "../components/Time.jsx";
import { useIncidents } from "../hooks/useFleet.js";
import { plural, seconds } from "../services/format.js";

const CHIPS = [
  ["all", "All"],
  ["open", "Open"],
  ["over", "Over"],
];
const OPEN = { open: true, over: false };

const empty = (shown) => ({
  when: ({ pages: [newest] }) => newest.incidents.length === 0,
  title: { all: "No emergency yet", open: "No emergency is open", over: "No emergency is over yet" }[shown],
  text: "When AWS announces an interruption or recommends a rebalance, it is listed here with its outcome and its downtime.",
});

const HEADS = ["Workload", "State", "What happened", "Notice to service", "Without service", "When"];

export default function EmergenciesPage() {
  const [shown, setShown] = useState("all");
  const state = useIncidents(OPEN[shown]);
  const { data: open } = useIncidents(true);
  useDocumentTitle("Emergencies · Spot Optimizer");
  return (
    <>
      <header className={pages.head}>
        <div>
          <h1>Emergencies</h1>
          {open && <p className={pages.sentence}>{verdict(open.pages)}</p>}
        </div>
      </header>
      <Chips label="Which emergencies" chips={CHIPS} chosen={shown} onChoose={setShown} />
      <Card state={state} empty={empty(shown)}>
        {(known) => <List incidents={known.pages.flatMap((page) => page.incidents)} />}
      </Card>
      {state.hasNextPage && (
        <Button variant="default" mt="md" loading={state.isFetchingNextPage} onClick={() => state.fetchNextPage()}>
          Show older ones
        </Button>
      )}
    </>
  );
}

// More than one page of open ones is more than anybody counts.
function verdict([{ incidents, next_cursor: more }]) {
  const carried = incidents.filter(({ serving_at: serving }) => serving).length;
  const running = incidents.length - carried;
  const now = running ? `${more ? "More than " : ""}${plural(running, "emergency is", "emergencies are")} under way.` : "No emergency is under way.";
  return carried ? `${now} ${plural(carried, "is", "are")} carried over and closed ten minutes after AWS’s deadline.` : now;
}

function List({ incidents }) {
  return (
    <table className={classes.table}>
      <Heads of={HEADS} />
      <tbody>
        {incidents.map((incident) => (
          <Row key={incident.incident_id} incident={incident} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ incident }) {
  return (
    <tr>
      <th scope="row" className={classes.name}>
        <Link to={`/agents/${incident.agent_id}/emergencies/${incident.incident_id}`}>{incident.agent_name}</Link>
      </th>
      <td data-label="State" className={pages.figure}>
        <Mark {...standing(incident)} />
      </td>
      <td data-wide>
        {KINDS[incident.kind]}
        <span className={pages.reason}>
          <Sentence short>{`${incident.sentence}.`}</Sentence>
        </span>
      </td>
      <td data-label="Notice to service">
        <TimeBar incident={incident} />
      </td>
      <td data-label="Without service" className={pages.figure}>
        {seconds(incident.downtime_seconds)}
      </td>
      <td data-label="When" className={pages.figure}>
        <Time at={incident.opened_at} />
      </td>
    </tr>
  );
}
