// The API's own description, which changes with the server alone.
import { useQuery } from "@tanstack/react-query";

import { api } from "../services/apiClient.js";

export const useDescription = () => useQuery({ queryKey: ["description"], queryFn: api.description, staleTime: Infinity });
