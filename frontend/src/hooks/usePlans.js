// Plans and what may be decided about them.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { setServerTime } from "./useClock.jsx";
import { api } from "../services/apiClient.js";

export function usePlans() {
  return useQuery({
    queryKey: ["live", "plans"],
    queryFn: async () => {
      const data = await api.plans();
      setServerTime(data.server_time);
      return data;
    },
    refetchInterval: 15_000,
  });
}

export function usePlan(planId, isWanted) {
  return useQuery({ queryKey: ["live", "plan", planId], queryFn: () => api.plan(planId), enabled: isWanted });
}

// `verb`: approve or reject. A refusal changes the plan, too: it is asked for again either way.
export function useDecision() {
  const mutationFn = ({ verb, planId, reason }) => (verb === "approve" ? api.approvePlan(planId) : api.rejectPlan(planId, reason));
  return useChange(mutationFn);
}

export function useModeSetting() {
  return useChange(api.setMode);
}

// How workloads are spread over pools, and a change of it.
export function useSpread() {
  return useQuery({ queryKey: ["live", "spread"], queryFn: () => api.spread() });
}

export function useSpreadSetting() {
  return useChange(api.setSpread);
}

function useChange(mutationFn) {
  const queries = useQueryClient();
  return useMutation({ mutationFn, onSettled: () => queries.invalidateQueries({ queryKey: ["live"] }) });
}
