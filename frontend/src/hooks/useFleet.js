// What the pages ask for. Keys begin with "live": an event of the server refetches them.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api } from "../services/apiClient.js";
import { setServerTime } from "./useClock.jsx";
import { useSession } from "./useSession.jsx";

const PAGE = 50;
const SLOW_MS = 15_000; // presence and prices change without an event

// An answer that carries the server's time sets the clock.
async function timed(answer) {
  const data = await answer;
  setServerTime(data.server_time);
  return data;
}

export function useFleet() {
  const { client_id: id } = useSession();
  return useQuery({ queryKey: ["live", "fleet", id], queryFn: () => timed(api.fleet(id)), refetchInterval: SLOW_MS });
}

// The named incident of an agent, else its open or latest one.
export function useEmergency(agentId, incidentId) {
  return useQuery({
    queryKey: ["live", "emergency", agentId, incidentId],
    queryFn: () => timed(api.emergency(agentId, incidentId)),
    refetchInterval: (query) => (query.state.data?.notice_deadline ? 2000 : SLOW_MS),
  });
}

// Pages of incidents, newest first; `open` true or false leaves out the others.
export function useIncidents(open) {
  const { client_id: id } = useSession();
  return useInfiniteQuery({
    queryKey: ["live", "incidents", id, open],
    queryFn: ({ pageParam: cursor }) =>
      api.incidents(id, { limit: PAGE, ...(open != null && { open }), ...(cursor && { cursor }) }),
    initialPageParam: null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function useLastIncident() {
  const { client_id: id } = useSession();
  return useQuery({
    queryKey: ["live", "last incident", id],
    queryFn: () => api.incidents(id, { limit: 1 }),
    select: (page) => page.incidents[0] ?? null,
  });
}

export function useDowntime(days) {
  const { client_id: id } = useSession();
  return useQuery({ queryKey: ["live", "downtime", id, days], queryFn: () => api.downtime(id, days), refetchInterval: 60_000 });
}

export function useInterrupt() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ instanceId, kind }) => api.interrupt(instanceId, kind),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["live"] }),
  });
}
