// What a client has linked: AWS accounts with their regions and events, tokens; and how a new host or account comes in.
import { useDocumentTitle } from "@mantine/hooks";

import classes from "./Page.module.css";
import { Card } from "../components/cards/Card.jsx";
import { Accounts } from "../components/settings/Accounts.jsx";
import { NewHost } from "../components/settings/NewHost.jsx";
import { Tokens } from "../components/settings/Tokens.jsx";
import { useLinked } from "../hooks/useOversight.js";
import { useSession } from "../hooks/useSession.jsx";

export default function SettingsPage() {
  const linked = useLinked();
  const { isAdmin, acting } = useSession();
  useDocumentTitle("Settings · Spot Optimizer");
  return (
    <>
      <header className={classes.head}>
        <div>
          <h1>Settings</h1>
          <p className={classes.sentence}>What is linked to this server, and who may speak for it.</p>
        </div>
      </header>
      <Card title="AWS accounts" state={linked} empty={NONE}>
        {({ accounts }) => <Accounts accounts={accounts} mayAct={!isAdmin && !acting} />}
      </Card>
      <div className={classes.split}>
        <Card title="A new host">
          {isAdmin || acting ? <p className={classes.nothing}>Only the client itself is given an enrolment token.</p> : <NewHost accounts={linked.data?.accounts ?? []} />}
        </Card>
        <Card title="Tokens of this client" state={linked}>
          {({ tokens }) => <Tokens tokens={tokens} />}
        </Card>
      </div>
    </>
  );
}

const NONE = {
  when: ({ accounts }) => accounts.length === 0,
  title: "No AWS account is linked yet",
  text: "On the simulated AWS an account is linked with the first host that is enrolled from it: make an enrolment token below.",
};
