// Replays of one's own history: what can be played, what was, how far one is, and what it came to.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { setServerTime } from "./useClock.jsx";
import { useSession } from "./useSession.jsx";
import { api } from "../services/apiClient.js";

const WORKING_MS = 1_500;
const QUIET_MS = 30_000;

export const isOpen = (replay) => replay.status === "queued" || replay.status === "running";

export function useReplays() {
  const { client_id: id } = useSession();
  return useQuery({
    queryKey: ["replays", id],
    queryFn: async () => {
      const data = await api.replays();
      setServerTime(data.server_time);
      return data;
    },
    refetchInterval: ({ state }) => (state.data?.replays.some(isOpen) ? WORKING_MS : QUIET_MS),
  });
}

// A report never changes.
export function useReplayReport(replayId) {
  return useQuery({ queryKey: ["replay report", replayId], queryFn: () => api.replayReport(replayId), staleTime: Infinity });
}

export function useAskReplay() {
  return useChange(api.askReplay);
}

export function useCancelReplay() {
  return useChange(api.cancelReplay);
}

function useChange(mutationFn) {
  const queries = useQueryClient();
  return useMutation({ mutationFn, onSettled: () => queries.invalidateQueries({ queryKey: ["replays"] }) });
}
