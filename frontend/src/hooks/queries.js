// How pages ask: what is refused is not asked again, and a session that has ended leads to the door at once. Whose seat at a
// client has ended is himself again.
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";

import { leaveSeat } from "../services/apiClient.js";

const RETRIES = 2;

export function makeQueryClient() {
  const onError = (error) => {
    if (error.status !== 401) return;
    if (leaveSeat()) queries.invalidateQueries({ queryKey: ["session"] });
    else queries.setQueryData(["session"], null);
  };
  const queries = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: { queries: { retry: worthRepeating, staleTime: 500 } },
  });
  return queries;
}

// A 4xx stays one; only 429 passes with time.
export function worthRepeating(failures, { status }) {
  const refused = status >= 400 && status < 500 && status !== 429;
  return !refused && failures < RETRIES;
}
