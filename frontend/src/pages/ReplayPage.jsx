// Policies on one's own history, before they are switched on: asked for, watched, read.
import { useDocumentTitle } from "@mantine/hooks";
import { useSearchParams } from "react-router";

import pages from "./Page.module.css";
import { Card } from "../components/cards/Card.jsx";
import { AskReplay } from "../components/replay/AskReplay.jsx";
import { Past } from "../components/replay/Past.jsx";
import { Result } from "../components/replay/Result.jsx";
import { isOpen, useReplays } from "../hooks/useReplays.js";

const NO_HISTORY = {
  when: ({ data }) => !data.some((place) => place.first_at),
  title: "No history yet",
  text: "A replay needs a workload and an hour of prices. Prices are collected as soon as an account is linked; older ones come in with “scripts/spotopt import prices FILE”.",
};

export default function ReplayPage() {
  const [query, setQuery] = useSearchParams();
  const state = useReplays();
  useDocumentTitle("Replay · Spot Optimizer");
  const replays = state.data?.replays ?? [];
  const chosen = replays.find(({ replay_id: id }) => id === query.get("replay")) ?? replays[0];
  const choose = (replay) => setQuery({ replay }, { replace: true });
  return (
    <>
      <header className={pages.head}>
        <div>
          <h1>Replay</h1>
          {state.data && <p className={pages.sentence}>{headline(replays)}</p>}
        </div>
      </header>
      <div className={pages.column}>
        {chosen && <Result key={chosen.replay_id} replay={chosen} />}
        <Card title="Play policies on your own history" state={state} empty={NO_HISTORY}>
          {(overview) => <AskReplay overview={{ ...overview, data: overview.data.filter((place) => place.first_at) }} onAsked={choose} />}
        </Card>
        {replays.length > 0 && (
          <Card title="Replays of the last thirty days">
            <Past replays={replays} chosen={chosen?.replay_id} onChoose={choose} />
          </Card>
        )}
      </div>
    </>
  );
}

export function headline(replays) {
  const open = replays.filter(isOpen).length;
  if (open) return `${open === 1 ? "One replay is" : `${open} replays are`} under way. Nothing real is touched by it.`;
  if (replays.length === 0) return "What would a policy have cost you, and how long would your workloads have been away? Nothing real is touched by it.";
  return "Played by the same rules that decide in earnest. Nothing real is touched by it.";
}
