// The server's clock, ticking here, and the zone in which people want to read it.
import { useLocalStorage } from "@mantine/hooks";
import { createContext, useContext, useSyncExternalStore } from "react";

import { countdown } from "../services/format.js";

const Zone = createContext({ zone: "UTC", own: "UTC", isUtc: true, toggle: () => {} });

export function ZoneProvider({ children }) {
  const [kept, keep] = useLocalStorage({ key: "spotopt-zone", defaultValue: "own" });
  const isUtc = kept === "utc";
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return <Zone value={{ zone: isUtc ? "UTC" : own, own, isUtc, toggle: () => keep(isUtc ? "own" : "utc") }}>{children}</Zone>;
}

export const useZone = () => useContext(Zone);

let offset = 0;

// Each answer of the server that carries its time sets the clock.
export function setServerTime(at) {
  offset = new Date(at).getTime() - Date.now();
}

// What `read` makes of the server's time in milliseconds. Renders again only when its answer, a primitive, differs:
// a thousand rows cost one timer, and nothing while their words stay the same.
export function useTicking(read, everyMs = 1000) {
  const subscribe = everyMs === 1000 ? everySecond : everyQuarter;
  return useSyncExternalStore(subscribe, () => read(Math.floor((Date.now() + offset) / everyMs) * everyMs));
}

// "1:58", or null without a deadline and after it.
export function useTimeLeft(deadline) {
  return useTicking(
    (now) => (deadline && new Date(deadline) > now ? countdown((new Date(deadline) - now) / 1000) : null),
    QUARTER_MS,
  );
}

export const QUARTER_MS = 250;

const everySecond = ticker(1000);
const everyQuarter = ticker(QUARTER_MS);

// One timer for all who listen, none while nobody does.
function ticker(everyMs) {
  const listeners = new Set();
  let timer;
  return (listener) => {
    if (listeners.size === 0) timer = setInterval(() => listeners.forEach((tell) => tell()), everyMs);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) clearInterval(timer);
    };
  };
}
