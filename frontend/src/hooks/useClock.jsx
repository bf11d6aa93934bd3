// The server's clock, ticking here, and the zone in which people want to read it.
import { useLocalStorage } from "@mantine/hooks";
import { createContext, useContext, useEffect, useReducer, useState } from "react";

const Zone = createContext({ zone: "UTC", isUtc: true, toggle: () => {} });

export function ZoneProvider({ children }) {
  const [kept, keep] = useLocalStorage({ key: "spotopt-zone", defaultValue: "own" });
  const isUtc = kept === "utc";
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return <Zone value={{ zone: isUtc ? "UTC" : own, own, isUtc, toggle: () => keep(isUtc ? "own" : "utc") }}>{children}</Zone>;
}

export const useZone = () => useContext(Zone);

// Milliseconds since the epoch by the server's clock, moving every `everyMs`.
export function useServerNow(serverTime, everyMs = 1000) {
  const [, tick] = useReducer((n) => n + 1, 0);
  const [offset, setOffset] = useState(0);
  useEffect(() => {
    if (serverTime) setOffset(new Date(serverTime).getTime() - Date.now());
  }, [serverTime]);
  useEffect(() => {
    const timer = setInterval(tick, everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return Date.now() + offset;
}
