// A moment: relative to read, exact in the own zone and in UTC on hover and focus.
import { Tooltip } from "@mantine/core";
import { useId, useRef, useState } from "react";

import { useTicking, useZone } from "../hooks/useClock.jsx";
import { MISSING, ago, clock, exact } from "../services/format.js";

export function Time({ at, precise = false }) {
  if (!at) return MISSING;
  return <Moment at={at} precise={precise} />;
}

// The tooltip exists only while it is seen: tables hold many moments, and a waiting tooltip costs as much as its row.
function Moment({ at, precise }) {
  const { zone } = useZone();
  const words = useTicking((now) => (precise ? clock(at, zone) : ago(at, now)));
  const [isAsked, setAsked] = useState(false);
  const [element, id] = [useRef(null), useId()];
  const [ask, leave] = [() => setAsked(true), () => setAsked(false)];
  const dismiss = (event) => event.key === "Escape" && leave();
  return (
    <>
      <time
        ref={element}
        dateTime={at}
        tabIndex={0}
        aria-describedby={isAsked ? id : undefined}
        onPointerEnter={ask}
        onPointerLeave={leave}
        onFocus={ask}
        onBlur={leave}
        onKeyDown={dismiss}
      >
        {words}
      </time>
      {isAsked && <Exact at={at} id={id} element={element} />}
    </>
  );
}

function Exact({ at, id, element }) {
  const { own } = useZone();
  const zones = [...new Set([exact(at, own), exact(at, "UTC")])];
  return <Tooltip id={id} target={element} label={zones.join(" · ")} opened withArrow />;
}
