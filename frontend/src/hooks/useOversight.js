// What the administrator looks into: the log, the promised figures, dead letters; and what a client has linked.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api } from "../services/apiClient.js";
import { useSession } from "./useSession.jsx";

const FOLLOW_MS = 2000;
const NOW_AND_THEN_MS = 15_000;
const PAGE = 40; // more is two screens of a desk and ten of a phone

// Pages of lines, newest first; while `follow` the newest ones come by themselves.
export function useLog(filter, follow) {
  const asked = Object.fromEntries(Object.entries(filter).filter(([, value]) => value));
  return useInfiniteQuery({
    queryKey: ["log", asked],
    queryFn: ({ pageParam: cursor }) => api.log({ ...asked, limit: PAGE, ...(cursor && { cursor }) }),
    initialPageParam: null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: follow ? FOLLOW_MS : false,
    placeholderData: (before) => before,
  });
}

export function useTargets() {
  return useQuery({ queryKey: ["live", "admin", "targets"], queryFn: api.targets, refetchInterval: NOW_AND_THEN_MS });
}

export function useLetters() {
  return useQuery({ queryKey: ["live", "admin", "letters"], queryFn: api.letters, refetchInterval: NOW_AND_THEN_MS });
}

export function useReplayLetter() {
  const queries = useQueryClient();
  return useMutation({ mutationFn: api.replayLetter, onSuccess: () => queries.invalidateQueries({ queryKey: ["live", "admin"] }) });
}

export function useLinked() {
  const { client_id: id } = useSession();
  return useQuery({ queryKey: ["live", "linked", id], queryFn: api.linked });
}

export const useEnrolmentToken = () => useMutation({ mutationFn: ({ account, region }) => api.enrolmentToken(account, region) });

export function useEventKey() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ account }) => api.eventKey(account),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["live", "linked"] }),
  });
}
