// The ledger and the history of switches, as the pages ask for them.
import { useQuery } from "@tanstack/react-query";

import { setServerTime } from "./useClock.jsx";
import { useSession } from "./useSession.jsx";
import { api } from "../services/apiClient.js";

const SLOW_MS = 60_000; // the ledger is booked every minute

export function useSavings(query) {
  const { client_id: id } = useSession();
  return useQuery({ queryKey: ["live", "savings", id, query], queryFn: () => api.savings(id, query), refetchInterval: SLOW_MS });
}

// The lines of one day, or of all, and how the net is spread.
export function useLedger(query) {
  return useQuery({ queryKey: ["live", "ledger", query], queryFn: () => api.ledger(query), refetchInterval: SLOW_MS });
}

export function useReconciliation(query) {
  return useQuery({ queryKey: ["live", "reconciliation", query], queryFn: () => api.reconciliation(query) });
}

export function useKpi() {
  return useQuery({ queryKey: ["live", "kpi"], queryFn: api.kpi, refetchInterval: SLOW_MS });
}

export function useSwitches() {
  const { client_id: id } = useSession();
  return useQuery({
    queryKey: ["live", "switches", id],
    queryFn: async () => {
      const data = await api.switches(id);
      setServerTime(data.server_time);
      return data;
    },
    refetchInterval: SLOW_MS,
  });
}
