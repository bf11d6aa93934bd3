// Whether what is seen is live.
import { Tooltip } from "@mantine/core";

import classes from "./Connection.module.css";
import { useLive } from "../../hooks/useLiveEvents.jsx";

export function Connection() {
  const { lostSince } = useLive();
  const label = lostSince ? "Live updates are lost; the page refreshes every 5 s" : "Changes appear within a second";
  return (
    <Tooltip label={label} withArrow>
      <span className={classes.connection} data-lost={lostSince ? true : undefined} tabIndex={0} role="status">
        <span className={classes.dot} aria-hidden />
        <span className={classes.word}>{lostSince ? "Reconnecting" : "Live"}</span>
      </span>
    </Tooltip>
  );
}
