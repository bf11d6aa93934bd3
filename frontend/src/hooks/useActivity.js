// What happened to the client in view, newest first. The administrator asks over all clients and names the one.
import { useQuery } from "@tanstack/react-query";

import { api } from "../services/apiClient.js";
import { useSession } from "./useSession.jsx";

export function useActivity(limit) {
  const { client_id: client, isAdmin } = useSession();
  return useQuery({
    queryKey: ["live", "activity", client, limit],
    queryFn: () => (isAdmin ? api.allActivity({ client, limit }) : api.activity({ limit })),
  });
}
