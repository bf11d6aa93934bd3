// What the pages ask for. Keys begin with "live": an event of the server refetches them.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api } from "../services/apiClient.js";
import { useSession } from "./useSession.jsx";

const SLOW_MS = 15_000; // presence and prices change without an event

export function useFleet() {
  const { client_id: id } = useSession();
  return useQuery({ queryKey: ["live", "fleet", id], queryFn: () => api.fleet(id), refetchInterval: SLOW_MS });
}

export function useEmergency(agentId) {
  return useQuery({
    queryKey: ["live", "emergency", agentId],
    queryFn: () => api.emergency(agentId),
    refetchInterval: (query) => (query.state.data?.notice_deadline ? 2000 : SLOW_MS),
  });
}

export function useIncidents() {
  const { client_id: id } = useSession();
  return useQuery({ queryKey: ["live", "incidents", id], queryFn: () => api.incidents(id, { limit: 50 }) });
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
