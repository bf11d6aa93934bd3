// Every move of a workload: from where to where, why, for how much, and how long it was away.
import { useDocumentTitle } from "@mantine/hooks";
import { Link } from "react-router";

import pages from "./Page.module.css";
import { Card } from "../components/cards/Card.jsx";
import { KeepFile } from "../components/KeepFile.jsx";
import { CAUSES, SWITCH_STATES, whoIs } from "../components/plans/words.js";
import rows from "../components/Rows.module.css";
import { Sentence } from "../components/Sentence.jsx";
import { Dashed, Mark } from "../components/Sign.jsx";
import { Time } from "../components/Time.jsx";
import { useSwitches } from "../hooks/useSavings.js";
import { useSession } from "../hooks/useSession.jsx";
import { api } from "../services/apiClient.js";
import { MISSING, seconds, unitPrice } from "../services/format.js";

const EMPTY = {
  when: ({ switches }) => switches.length === 0,
  title: "No switch yet",
  text: "A workload that is moved, by plan, by hand or by an emergency, is listed here with its prices and its measured downtime.",
};

const HEADS = ["Workload", "State", "Move", "Price", "Without service", "When"];
const METHODS = { serving_reports: "from the hosts' reports", last_contact: "from the last contact: at most" };

export default function SwitchesPage() {
  const { client_id: id } = useSession();
  const state = useSwitches();
  useDocumentTitle("Switches · Spot Optimizer");
  return (
    <>
      <header className={pages.head}>
        <div>
          <h1>Switches</h1>
          <p className={pages.sentence}>Every move of a workload, newest first: by plan, by hand or in an emergency.</p>
        </div>
        <KeepFile ask={() => api.switchesFile(id)} name="switch-history.csv" />
      </header>
      <Card state={state} empty={EMPTY}>
        {({ switches }) => (
          <table className={rows.table}>
            <thead>
              <tr>
                {HEADS.map((head) => (
                  <th key={head} scope="col">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {switches.map((move) => (
                <Row key={move.switch_id} move={move} />
              ))}
            </tbody>
          </table>
        )}
      </Card>
    </>
  );
}

function Row({ move }) {
  return (
    <tr>
      <th scope="row" className={rows.name}>
        <Link to={`/agents/${move.agent_id}`}>{move.agent_name}</Link>
      </th>
      <td data-label="State">
        <Mark {...SWITCH_STATES[move.state]} />
      </td>
      <td data-wide>
        {move.from} → {move.to ?? "nowhere"}
        <span className={pages.reason}>
          <Sentence>{`${CAUSES[move.cause]}${move.cause === "emergency" ? "" : `, ${whoIs(move.user)}`}: ${move.sentence}.`}</Sentence>
        </span>
      </td>
      <td data-label="Price">
        {unitPrice(move.old_usd_per_hour)} → {unitPrice(move.new_usd_per_hour)}
        <span className={rows.sub}>{move.stale ? <Dashed>last known price</Dashed> : `prices: ${move.data_source}`}</span>
      </td>
      <td data-label="Without service">
        {seconds(move.downtime_seconds)}
        <span className={pages.reason}>{move.downtime_method ? (METHODS[move.downtime_method] ?? move.downtime_method) : MISSING}</span>
      </td>
      <td data-label="When" className={pages.figure}>
        <Time at={move.started_at} />
      </td>
    </tr>
  );
}
