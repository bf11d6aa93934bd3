// One workload: its replicas, its figures, its machines' logs, and what people do with it.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api } from "../services/apiClient.js";

const SLOW_MS = 15_000;

export function useReplicas(agentId) {
  return useQuery({ queryKey: ["live", "replicas", agentId], queryFn: () => api.replicas(agentId), refetchInterval: SLOW_MS });
}

export function useStatistics(agentId) {
  return useQuery({ queryKey: ["live", "statistics", agentId], queryFn: () => api.statistics(agentId) });
}

export function useInstanceLog(instanceId) {
  return useQuery({
    queryKey: ["live", "instance log", instanceId],
    queryFn: () => api.instanceLog(instanceId),
    enabled: Boolean(instanceId),
  });
}

// A write after which everything that is shown live is asked anew.
function useAct(mutationFn) {
  const queries = useQueryClient();
  return useMutation({ mutationFn, onSuccess: () => queries.invalidateQueries({ queryKey: ["live"] }) });
}

export const useConfigure = (agentId) => useAct((changes) => api.configure(agentId, changes));
export const useLaunchReplica = (agentId) => useAct(() => api.launchReplica(agentId));
export const usePromote = (agentId) => useAct(({ replicaId, epoch }) => api.promoteReplica(agentId, replicaId, epoch));
export const useEndReplica = (agentId) => useAct((replicaId) => api.endReplica(agentId, replicaId));
export const useAcknowledge = (incidentId) => useAct(() => api.acknowledge(incidentId));
export const useRelease = (agentId) => useAct(() => api.release(agentId));
