// What the administrator's pages ask for, over all clients. The platform's own events refetch them; what clients do is asked again
// now and then: following each event of every client would keep this page, and the server, busy.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api } from "../services/apiClient.js";

const OFTEN_MS = 5000;
const NOW_AND_THEN_MS = 15_000;
const SELDOM_MS = 60_000;
const PAGE = 50;

const asked = (name, ask, refetchInterval = SELDOM_MS) =>
  useQuery({ queryKey: ["live", "admin", ...name], queryFn: ask, refetchInterval, placeholderData: (before) => before });

export const useAllStats = () => asked(["stats"], api.allStats, NOW_AND_THEN_MS);
export const useSystemHealth = () => asked(["health"], api.systemHealth, OFTEN_MS);
export const usePlatformTold = (limit) => asked(["told", limit], () => api.platformTold(limit), NOW_AND_THEN_MS);
export const useWorkers = () => asked(["workers"], api.workers, OFTEN_MS);
export const useStreams = () => asked(["streams"], api.streams, OFTEN_MS);
export const useAgentsHealth = () => asked(["agents health"], api.agentsHealth, OFTEN_MS);
export const useGrowth = (days) => asked(["growth", days], () => api.clientGrowth(days));
export const useAllEmergencies = (days) => asked(["emergencies", days], () => api.allEmergencies(days));
export const useAllActivity = (limit) => asked(["activity", limit], () => api.allActivity({ limit }), NOW_AND_THEN_MS);

// Pages of clients, the newest first; `q` is part of a name or an address.
export function useClients(q) {
  return useInfiniteQuery({
    queryKey: ["live", "admin", "clients", q],
    queryFn: ({ pageParam: cursor }) => api.allClients({ limit: PAGE, ...(q && { q }), ...(cursor && { cursor }) }),
    initialPageParam: null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: NOW_AND_THEN_MS,
    placeholderData: (before) => before,
  });
}

export function useNewClient() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: api.newClient,
    onSuccess: () => queries.invalidateQueries({ queryKey: ["live", "admin"] }),
  });
}

// Two letters at least; what was found stays on screen while the next letters are looked for.
export function useSearch(q) {
  return useQuery({
    queryKey: ["search", q],
    queryFn: () => api.search(q),
    enabled: q.length >= 2,
    placeholderData: (before) => before,
  });
}
