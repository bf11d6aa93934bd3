// What was decided for a client's workloads, and asking anew.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api } from "../services/apiClient.js";
import { useSession } from "./useSession.jsx";

export function useDecisions() {
  const { client_id: id } = useSession();
  return useQuery({ queryKey: ["live", "decisions", id], queryFn: () => api.decisions(id) });
}

export function useDecide() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ agent_id: agentId, primary }) => api.decide(agentId, primary.instance_id),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["live", "decisions"] }),
  });
}
