// The administrator takes a client's seat for half an hour, in this tab alone, and gets up again.
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { api, leaveSeat, takeSeat } from "../services/apiClient.js";

export const useTakeSeat = () =>
  useSeated(async ({ clientId, reason }) => takeSeat(await api.impersonate(clientId, reason)));

// However the server answers, this tab forgets the seat.
export const useLeaveSeat = () => useSeated(() => api.signOut().finally(leaveSeat));

// Somebody else looks from now on: nothing that was shown to the one before stays.
function useSeated(mutationFn) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: async () => {
      await queries.invalidateQueries({ queryKey: ["session"] });
      queries.resetQueries({ queryKey: ["live"] });
    },
  });
}
