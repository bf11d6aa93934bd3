// Every move of a workload: from where to where, why, for how much, and how long it was away.
import { useDocumentTitle } from "@mantine/hooks";
import { Link } from "react-router";

import pages from "./Page.module.css";
import { Card } from "../components/cards/Card.jsx";
import { Heads } from "../components/Heads.jsx";
import { KeepFile } from "../components/KeepFile.jsx";
import { CAUSES, SWITCH_STATES, whoIs } from "../components/plans/words.js";
import rows from "../components/Rows.module.css";
import { Sentence } from "../components/Sentence.jsx";
import { Dashed, Mark } from "../components/Sign.jsx";
import { Time } from "../components/Time.jsx";
import { useSwitches } from "../hooks/useSavings.js";
import { useSession } from "../hooks/useSession.jsx";
import { api } from "../services/apiClient.js";
import { percent, seconds, unitPrice } from "../services/format.js";

const EMPTY = {
  when: ({ switches }) => switches.length === 0,
  title: "No switch yet",
  text: "A workload that is moved, by plan, by hand or by an emergency, is listed here with its prices and its measured downtime.",
};

const HEADS = ["Workload", "State", "Move", "Price", "Without service", "When"];
const DOUBTS = { last_contact: "at most: from the last contact" };

export default function SwitchesPage() {
  const { client_id: id } = useSession();
  const state = useSwitches();
  useDocumentTitle("Switches · Spot Optimizer");
  return (
    <>
      <header className={pages.head}>
        <div>
          <h1>Switches</h1>
          <p className={pages.sentence}>
            Every move of a workload, newest first: by plan, by hand or in an emergency. Its time without service comes from the
            hosts’ own reports.
          </p>
        </div>
        <KeepFile ask={() => api.switchesFile(id)} name="switch-history.csv" />
      </header>
      <Card state={state} empty={EMPTY}>
        {({ switches }) => (
          <table className={rows.table}>
            <Heads of={HEADS} />
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
        <span className={pages.figure}>{move.from}</span> <span className={pages.figure}>→ {move.to ?? "nowhere"}</span>
        <span className={pages.reason}>
          <Sentence short>{`${CAUSES[move.cause]}${move.cause === "emergency" ? "" : `, ${whoIs(move.user)}`}: ${move.sentence}.`}</Sentence>
        </span>
      </td>
      <td data-label="Price" className={pages.figure} title={`prices: ${move.data_source}`}>
        {unitPrice(move.new_usd_per_hour)}
        <span className={rows.sub}>{move.stale ? <Dashed>last known price</Dashed> : versus(move)}</span>
      </td>
      <td data-label="Without service">
        {seconds(move.downtime_seconds)}
        <Doubt method={move.downtime_method} />
      </td>
      <td data-label="When" className={pages.figure}>
        <Time at={move.started_at} />
      </td>
    </tr>
  );
}

// The change against the price before, as people say it.
function versus({ old_usd_per_hour: before, new_usd_per_hour: after }) {
  if (before == null || after == null) return "before: not known";
  const share = after / before - 1;
  return Math.abs(share) < 0.005 ? `as before` : `${percent(Math.abs(share))} ${share < 0 ? "less than" : "more than"} before`;
}

// How it was measured, where that is not by the hosts' own reports.
function Doubt({ method }) {
  if (!method || method === "serving_reports") return null;
  return <span className={pages.reason}>{DOUBTS[method] ?? method.replaceAll("_", " ")}</span>;
}
