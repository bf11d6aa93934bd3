// Who is signed in. A link with `#token=…` signs in by itself; the token leaves the address at once.
import { useSessionStorage } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useMemo } from "react";

import { IN_VIEW, api, leaveSeat } from "../services/apiClient.js";

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
    if (error.status !== 401) throw error;
    return leaveSeat() ? whoAmI() : null;
  }
}

export function useSignIn() {
  const queries = useQueryClient();
  return useMutation({ mutationFn: api.signIn, onSuccess: () => askAnew(queries) });
}

// The question that is still on its way was asked before: its answer is "nobody".
async function askAnew(queries) {
  await queries.cancelQueries({ queryKey: ["session"] });
  await queries.invalidateQueries({ queryKey: ["session"] });
}

export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({ mutationFn: api.signOut, onSuccess: () => forget(queries) });
}

// Whoever signs in next on this browser sees nothing of the one before.
function forget(queries) {
  leaveSeat();
  window.sessionStorage.removeItem(IN_VIEW);
  queries.setQueryData(["session"], null);
  queries.removeQueries({ queryKey: ["live"] });
}

// Renders `signedOut` until somebody is signed in; below it `useSession` answers who, and the client in view.
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
  return <SignedIn who={session.data}>{children}</SignedIn>;
}

// A client sees itself; the administrator sees the client it has chosen to look at, or none (`client_id` null).
function SignedIn({ who, children }) {
  const [chosen, choose] = useSessionStorage({ key: IN_VIEW, defaultValue: null, getInitialValueInEffect: false });
  const value = useMemo(() => {
    if (who.kind !== "admin") return { ...who, isAdmin: false, client_name: who.name };
    return { ...who, isAdmin: true, client_id: chosen?.client_id ?? null, client_name: chosen?.name ?? null, choose };
  }, [who, chosen, choose]);
  return <Session value={value}>{children}</Session>;
}

export const useSession = () => useContext(Session);
