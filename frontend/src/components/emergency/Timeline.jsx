// What happened, newest first, in the sentences that were written down when it happened.
import { Button } from "@mantine/core";
import { useState } from "react";

import classes from "./Timeline.module.css";
import { Sentence } from "../Sentence.jsx";
import { Time } from "../Time.jsx";

const FEW = 8;

export function Timeline({ entries }) {
  const [all, setAll] = useState(false);
  return (
    <>
      <Entries entries={(all ? entries : entries.slice(0, FEW)).map(({ at, text }) => ({ at, text: `${text}.` }))} />
      {entries.length > FEW && (
        <Button variant="subtle" color="gray" size="sm" ml={2} mb="sm" onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${entries.length}`}
        </Button>
      )}
    </>
  );
}

// Moments with a sentence each.
export function Entries({ entries }) {
  return (
    <ol className={classes.timeline}>
      {entries.map(({ at, text }, n) => (
        <li key={`${at}-${entries.length - n}`}>
          <span className={classes.at}>
            <Time at={at} precise />
          </span>
          <span>
            <Sentence>{text}</Sentence>
          </span>
        </li>
      ))}
    </ol>
  );
}
