// What the pools page asks. Prices change without an event, so both are asked again by time.
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { setServerTime } from "./useClock.jsx";
import { useSession } from "./useSession.jsx";
import { api } from "../services/apiClient.js";

const EVERY_MS = 20_000; // a price is on the chart within thirty seconds

async function timed(answer) {
  const data = await answer;
  setServerTime(data.server_time);
  return data;
}

export function usePools(region) {
  const { client_id: id } = useSession();
  return useQuery({ queryKey: ["live", "pools", id, region], queryFn: () => timed(api.pools(id, region)), refetchInterval: EVERY_MS });
}

export function usePriceHistory(pool, hours) {
  const { client_id: id } = useSession();
  return useQuery({
    queryKey: ["live", "price history", id, pool, hours],
    queryFn: () => timed(api.priceHistory(id, pool, hours)),
    refetchInterval: EVERY_MS,
    placeholderData: keepPreviousData,
  });
}

const SLOW_MS = 300_000; // warnings are rare

export function useLeadTimes() {
  const { client_id: id } = useSession();
  return useQuery({ queryKey: ["lead times", id], queryFn: api.leadTimes, refetchInterval: SLOW_MS });
}
