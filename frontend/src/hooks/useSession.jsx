// Who is signed in. A link with `#token=…` signs in by itself; the token leaves the address at once.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect } from "react";

import { api } from "../services/apiClient.js";

const Session = createContext(null);

export function tokenInAddress() {
  const token = new URLSearchParams(window.location.hash.slice(1)).get("token");
  if (token) window.history.replaceState(null, "", window.location.pathname + window.location.search);
  return token;
}

const arrived = tokenInAddress();

async function whoAmI() {
  try {
    return await api.session();
  } catch (error) {
    if (error.status === 401) return null;
    throw error;
  }
}

export function useSignIn() {
  const queries = useQueryClient();
  return useMutation({ mutationFn: api.signIn, onSuccess: () => queries.invalidateQueries({ queryKey: ["session"] }) });
}

export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({ mutationFn: api.signOut, onSuccess: () => forget(queries) });
}

// Whoever signs in next on this browser sees nothing of the one before.
function forget(queries) {
  queries.setQueryData(["session"], null);
  queries.removeQueries({ queryKey: ["live"] });
}

// Renders `signedOut` until somebody is signed in; below it `useSession` answers the client.
export function SessionGate({ signedOut, pending, failed, children }) {
  const signIn = useSignIn();
  const { mutate } = signIn;
  const session = useQuery({ queryKey: ["session"], queryFn: whoAmI, refetchInterval: 30_000, retry: 1 });

  useEffect(() => {
    if (arrived) mutate(arrived);
  }, [mutate]);

  if (session.isPending || (arrived && (signIn.isIdle || signIn.isPending))) return pending;
  if (session.isError && !session.data) return failed(session.error, session.refetch);
  if (!session.data) return signedOut(signIn.error);
  return <Session value={session.data}>{children}</Session>;
}

export const useSession = () => useContext(Session);
