// The administrator takes a client's seat for half an hour, in this tab alone, and gets up again. The page begins anew each time:
// nothing that was shown to, or asked by, the one before goes on.
import { useMutation } from "@tanstack/react-query";

import { api, leaveSeat, takeSeat } from "../services/apiClient.js";

const beginAnew = () => window.location.assign("/");

export function useTakeSeat() {
  return useMutation({
    mutationFn: async ({ clientId, reason }) => takeSeat(await api.impersonate(clientId, reason)),
    onSuccess: beginAnew,
  });
}

// However the server answers, this tab forgets the seat.
export function useLeaveSeat() {
  return useMutation({ mutationFn: () => api.signOut().finally(leaveSeat), onSettled: beginAnew });
}
