import { Loader, MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { lazy } from "react";
import { BrowserRouter, Route, Routes } from "react-router";

import { Failure } from "./components/cards/Card.jsx";
import { Shell } from "./components/layout/Shell.jsx";
import { makeQueryClient } from "./hooks/queries.js";
import { ZoneProvider } from "./hooks/useClock.jsx";
import { LiveEvents } from "./hooks/useLiveEvents.jsx";
import { SessionGate } from "./hooks/useSession.jsx";
import { FleetPage } from "./pages/FleetPage.jsx";
import { MissingPage } from "./pages/MissingPage.jsx";
import { SignInPage } from "./pages/SignInPage.jsx";
import { theme } from "./theme.js";

const AgentPage = lazy(() => import("./pages/AgentPage.jsx"));
const EmergenciesPage = lazy(() => import("./pages/EmergenciesPage.jsx"));
const ModelsPage = lazy(() => import("./pages/ModelsPage.jsx"));

const queries = makeQueryClient();

export function App({ nonce }) {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <QueryClientProvider client={queries}>
        <ZoneProvider>
          <SessionGate
            pending={<Loader aria-label="Signing in" m="xl" />}
            failed={(error, retry) => <Failure error={error} retry={retry} />}
            signedOut={(problem) => <SignInPage problem={problem} />}
          >
            <LiveEvents>
              <Pages />
            </LiveEvents>
          </SessionGate>
        </ZoneProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}

function Pages() {
  return (
    <BrowserRouter>
      <Routes>
        <Route element={<Shell />}>
          <Route index element={<FleetPage />} />
          <Route path="agents/:agentId" element={<AgentPage />} />
          <Route path="emergencies" element={<EmergenciesPage />} />
          <Route path="models" element={<ModelsPage />} />
          <Route path="*" element={<MissingPage />} />
        </Route>
      </Routes>
    </BrowserRouter>
  );
}
