// One event stream for the whole page. Each event refetches what it may have changed; while the stream is lost,
// every query polls. The server ends each stream after 25 s, which is no loss: the browser comes back by itself.
import { useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useMemo, useState } from "react";

import { EVENT_STREAM } from "../services/apiClient.js";

const TYPES = ["notice", "incident", "replica", "promotion", "serving", "instance", "action", "agent", "notification"];
const PATIENCE_MS = 5000;
const REOPEN_MS = 3000;
const POLL_MS = 5000;

const Live = createContext({ lostSince: null });

export function LiveEvents({ children }) {
  const queries = useQueryClient();
  const [lostSince, setLostSince] = useState(null);

  useEffect(() => {
    let stream, reopening, doubting;
    const settle = () => {
      clearTimeout(doubting);
      doubting = null;
      setLostSince(null);
    };
    const doubt = () => {
      doubting ??= setTimeout(() => setLostSince(Date.now() - PATIENCE_MS), PATIENCE_MS);
    };
    const open = () => {
      stream = new EventSource(EVENT_STREAM);
      stream.onopen = settle;
      stream.onerror = () => {
        doubt();
        if (stream.readyState === EventSource.CLOSED) reopening = setTimeout(open, REOPEN_MS);
      };
      for (const type of TYPES) stream.addEventListener(type, () => queries.invalidateQueries({ queryKey: ["live"] }));
    };
    open();
    return () => {
      stream.close();
      clearTimeout(reopening);
      clearTimeout(doubting);
    };
  }, [queries]);

  useEffect(() => {
    if (lostSince == null) {
      queries.invalidateQueries({ queryKey: ["live"] });
      return undefined;
    }
    const timer = setInterval(() => queries.invalidateQueries({ queryKey: ["live"] }), POLL_MS);
    return () => clearInterval(timer);
  }, [lostSince, queries]);

  return <Live value={useMemo(() => ({ lostSince }), [lostSince])}>{children}</Live>;
}

export const useLive = () => useContext(Live);
