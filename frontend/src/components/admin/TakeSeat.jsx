// Before the administrator acts for a client: what that means, and why he does it.
import { useTakeSeat } from "../../hooks/useSeat.js";
import { Confirm } from "../Confirm.jsx";

export default function TakeSeat({ client, onClose }) {
  const take = useTakeSeat();
  const ask = {
    title: `Act for ${client.name}?`,
    text:
      `For half an hour this tab is ${client.name}’s: you see its pages and may do what it may, except for anything that gives out` +
      " a secret. Each thing you do stands in its history under both names.",
    yes: `Act for ${client.name}`,
    reason: true,
  };
  const begin = (reason) => take.mutate({ clientId: client.client_id, reason });
  return <Confirm ask={ask} doing={take} onYes={begin} onClose={onClose} />;
}
