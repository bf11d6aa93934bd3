// What a client was told, and what of it nobody has read.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api } from "../services/apiClient.js";
import { useSession } from "./useSession.jsx";

const PAGE = 20;
const SLOW_MS = 60_000;

// How much is unread; null for who has no inbox, like the administrator.
export function useUnread() {
  const { client_id: id, isAdmin } = useSession();
  const { data } = useQuery({
    queryKey: ["live", "unread", id],
    queryFn: () => api.inbox({ limit: 1 }),
    select: (inbox) => inbox.unread,
    refetchInterval: SLOW_MS,
    enabled: Boolean(id) && !isAdmin,
  });
  return data ?? null;
}

export function useInbox(unread) {
  const { client_id: id } = useSession();
  return useInfiniteQuery({
    queryKey: ["live", "inbox", id, unread],
    queryFn: ({ pageParam: cursor }) => api.inbox({ limit: PAGE, ...(unread && { unread }), ...(cursor && { cursor }) }),
    initialPageParam: null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function useMarkRead() {
  const queries = useQueryClient();
  const again = () => queries.invalidateQueries({ queryKey: ["live"] });
  const one = useMutation({ mutationFn: api.markRead, onSuccess: again });
  const all = useMutation({ mutationFn: api.markAllRead, onSuccess: again });
  return { one, all };
}
