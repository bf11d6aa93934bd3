// What happened, newest first, in the sentences that were written down when it happened.
import { Button } from "@mantine/core";
import { useState } from "react";

import classes from "./Timeline.module.css";
import { Time } from "../Time.jsx";

const FEW = 8;

export function Timeline({ entries }) {
  const [all, setAll] = useState(false);
  const shown = all ? entries : entries.slice(0, FEW);
  return (
    <>
      <ol className={classes.timeline}>
        {shown.map((entry, n) => (
          <li key={`${entry.at}-${n}`}>
            <span className={classes.at}>
              <Time at={entry.at} precise />
            </span>
            <span>{entry.text}.</span>
          </li>
        ))}
      </ol>
      {entries.length > FEW && (
        <Button variant="subtle" color="gray" size="sm" ml="sm" mb="sm" onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${entries.length}`}
        </Button>
      )}
    </>
  );
}
