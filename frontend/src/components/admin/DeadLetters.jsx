// Messages of AWS that could not be read: why, their body, and reading them again after a repair.
import { Button } from "@mantine/core";

import classes from "./Admin.module.css";
import { useReplayLetter } from "../../hooks/useOversight.js";
import { Problem } from "../Problem.jsx";
import { Time } from "../Time.jsx";

export function DeadLetters({ letters }) {
  const replay = useReplayLetter();
  return (
    <>
      {replay.isError && <Problem>{replay.error.message}</Problem>}
      <ul className={classes.rows}>
        {letters.map((letter) => (
          <li key={letter.letter_id}>
            <div className={classes.letter}>
              <span className={classes.name}>{words(letter.reason)}</span>
              <span className={classes.sub}>
                by {DOORS[letter.channel] ?? letter.channel}
                {letter.client && `, ${letter.client}`}, <Time at={letter.received_at} />
              </span>
              {letter.replayed_at && (
                <span className={classes.sub}>
                  Read again <Time at={letter.replayed_at} />: {letter.sentence}
                </span>
              )}
              <details className={classes.body}>
                <summary>What it says</summary>
                <pre tabIndex={0}>{letter.body}</pre>
              </details>
            </div>
            <Button
              size="compact-sm"
              variant="default"
              loading={replay.isPending && replay.variables === letter.letter_id}
              onClick={() => replay.mutate(letter.letter_id)}
            >
              Read it again
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}

const DOORS = { http: "the HTTP door", queue: "the queue", call: "Lambda" };

function words(reason) {
  const text = reason.replaceAll("_", " ");
  return text[0].toUpperCase() + text.slice(1);
}
