// The administrator's switches: SAFE MODE and the parts of the product.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api } from "../services/apiClient.js";

const NOT_YET_MS = 1000; // until SAFE MODE is in force
const SELDOM_MS = 15_000;

export function useSafeMode() {
  return useQuery({
    queryKey: ["live", "admin", "safe mode"],
    queryFn: api.safeMode,
    refetchInterval: ({ state: { data } }) => (data?.on && !data.in_force ? NOT_YET_MS : SELDOM_MS),
  });
}

export function useModules() {
  return useQuery({ queryKey: ["live", "admin", "modules"], queryFn: api.modules, refetchInterval: SELDOM_MS });
}

export const useTurnSafeMode = () => useTurn(({ on, reason }) => api.turnSafeMode(on, reason));

export const useTurnModule = () => useTurn(({ id, enabled }) => api.turnModule(id, enabled));

// The banner over every page belongs to the session.
function useTurn(mutationFn) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () => {
      queries.invalidateQueries({ queryKey: ["session"] });
      queries.invalidateQueries({ queryKey: ["live", "admin"] });
    },
  });
}
