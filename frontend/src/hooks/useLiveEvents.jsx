// One event stream for the whole page. Each event refetches what it may have changed; while the stream is lost,
// every query polls. The server ends each stream after 25 s and the browser comes back by itself; nobody tells what
// happened in between, so each stream that opens refetches too.
import { useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useMemo, useState } from "react";

import { eventStream } from "../services/apiClient.js";
import { useSession } from "./useSession.jsx";

const TYPES = [
  "notice",
  "incident",
  "replica",
  "promotion",
  "serving",
  "instance",
  "action",
  "agent",
  "command",
  "notification",
  "switch",
  "plan",
  "ledger",
  "safe_mode",
  "module",
  "health",
];
const PATIENCE_MS = 5000;
const REOPEN_MS = 3000;
const POLL_MS = 5000;
const MEMORY = 5000;

const Live = createContext({ lostSince: null });

export function LiveEvents({ children }) {
  const queries = useQueryClient();
  const source = eventStream(useSession() ?? undefined);
  const refresh = useMemo(() => makeRefresh(queries), [queries]);
  const [lostSince, setLostSince] = useState(null);

  useEffect(() => {
    const isNews = makeMemory();
    const onEvent = (event) => {
      if (!isNews(event?.lastEventId)) return;
      if (event?.type === "safe_mode") queries.invalidateQueries({ queryKey: ["session"] });
      refresh();
    };
    return listen({ source, onEvent, onOpen: refresh, onLost: setLostSince });
  }, [source, queries, refresh]);
  useEffect(() => {
    if (lostSince == null) return undefined;
    refresh();
    const timer = setInterval(refresh, POLL_MS);
    return () => clearInterval(timer);
  }, [lostSince, refresh]);

  return <Live value={useMemo(() => ({ lostSince }), [lostSince])}>{children}</Live>;
}

export const useLive = () => useContext(Live);

// A stream that comes back tells the last half minute again: what was heard is no news.
export function makeMemory(most = MEMORY) {
  const heard = new Set();
  return (id) => {
    if (!id) return true;
    if (heard.has(id)) return false;
    heard.add(id);
    if (heard.size > most) heard.delete(heard.values().next().value);
    return true;
  };
}

// Each question is asked once at a time, and once more when something happened meanwhile. An answer on its way is never
// cut short, else a storm of events would keep the page from ever showing one; and none waits for a slower neighbour.
export function makeRefresh(queries) {
  const asking = new Map();
  const ask = async ({ queryHash, queryKey }) => {
    const isAsking = asking.has(queryHash);
    asking.set(queryHash, true);
    if (isAsking) return;
    while (asking.get(queryHash)) {
      asking.set(queryHash, false);
      await queries.invalidateQueries({ queryKey, exact: true });
    }
    asking.delete(queryHash);
  };
  return () => queries.getQueryCache().findAll({ queryKey: ["live"] }).forEach(ask);
}

// Keeps a stream open. `onLost` hears since when it is away, after some patience, and null when it is back.
function listen({ source, onEvent, onOpen, onLost }) {
  let stream, reopening, doubting;
  const settle = () => {
    clearTimeout(doubting);
    doubting = null;
    onLost(null);
  };
  const doubt = () => {
    doubting ??= setTimeout(() => onLost(Date.now() - PATIENCE_MS), PATIENCE_MS);
    // After a 503 the browser gives up by itself.
    if (stream.readyState === EventSource.CLOSED) reopening = setTimeout(open, REOPEN_MS);
  };
  const open = () => {
    stream = new EventSource(source);
    stream.onopen = () => {
      settle();
      onOpen();
    };
    stream.onerror = doubt;
    for (const type of TYPES) stream.addEventListener(type, onEvent);
  };
  open();
  return () => {
    stream.close();
    clearTimeout(reopening);
    clearTimeout(doubting);
  };
}
