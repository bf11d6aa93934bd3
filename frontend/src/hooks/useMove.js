// Moving a workload by hand: where it could stand, what a move would bring, and the move.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api } from "../services/apiClient.js";

export function useOptions(instanceId) {
  return useQuery({ queryKey: ["options", instanceId], queryFn: () => api.options(instanceId) });
}

// On paper alone; asked anew for each pool.
export function useTriedMove(instanceId, pool) {
  return useQuery({ queryKey: ["trial", instanceId, pool], queryFn: () => api.tryMove(instanceId, pool), staleTime: 10_000 });
}

export function useMove(instanceId) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (pool) => api.move(instanceId, pool),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["live"] }),
  });
}
