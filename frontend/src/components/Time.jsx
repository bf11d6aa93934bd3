// A moment: relative to read, exact in both zones on hover and focus.
import { Tooltip } from "@mantine/core";

import { useServerNow, useZone } from "../hooks/useClock.jsx";
import { MISSING, ago, clock, exact } from "../services/format.js";

export function Time({ at, precise = false }) {
  const { zone, own } = useZone();
  const now = useServerNow();
  if (!at) return MISSING;
  return (
    <Tooltip label={`${exact(at, own)} · ${exact(at, "UTC")}`} events={{ hover: true, focus: true, touch: true }} withArrow>
      <time dateTime={at} tabIndex={0}>
        {precise ? clock(at, zone) : ago(at, now)}
      </time>
    </Tooltip>
  );
}
