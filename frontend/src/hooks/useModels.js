// Models of interruption risk: what the pages ask for, and what an administrator may do with one.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api } from "../services/apiClient.js";

const SLOW_MS = 30_000; // outcomes come by the hour

export function useModels(isAdmin) {
  const queryFn = isAdmin ? api.models : api.scorecard;
  return useQuery({ queryKey: ["live", "models", isAdmin], queryFn, refetchInterval: SLOW_MS });
}

export function useModelSessions(isAdmin) {
  return useQuery({ queryKey: ["live", "model sessions"], queryFn: api.modelSessions, enabled: isAdmin });
}

// `verb`: activate, shadow or fallBack.
export function useModelAct() {
  return useChange(({ verb, modelId }) => ACTS[verb](modelId));
}

export function useModelUpload() {
  return useChange(({ manifest, weights }) => api.uploadModel(manifest, weights));
}

const ACTS = { activate: api.activateModel, shadow: api.shadowModel, fallBack: api.fallBackModel };

function useChange(mutationFn) {
  const queries = useQueryClient();
  return useMutation({ mutationFn, onSuccess: () => queries.invalidateQueries({ queryKey: ["live"] }) });
}
