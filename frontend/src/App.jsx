import { Loader, MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { Suspense, lazy } from "react";
import { BrowserRouter, Route, Routes } from "react-router";

import { Failure } from "./components/cards/Card.jsx";
import { AdministratorsOnly, ClientInView } from "./components/layout/Doors.jsx";
import { Shell } from "./components/layout/Shell.jsx";
import { makeQueryClient } from "./hooks/queries.js";
import { ZoneProvider } from "./hooks/useClock.jsx";
import { LiveEvents } from "./hooks/useLiveEvents.jsx";
import { SessionGate } from "./hooks/useSession.jsx";
import { MissingPage } from "./pages/MissingPage.jsx";
import { OverviewPage } from "./pages/OverviewPage.jsx";
import { theme } from "./theme.js";

// Whoever is signed in already needs no door.
const SignInPage = lazy(async () => ({ default: (await import("./pages/SignInPage.jsx")).SignInPage }));
const AgentPage = lazy(() => import("./pages/AgentPage.jsx"));
const EmergencyPage = lazy(() => import("./pages/EmergencyPage.jsx"));
const NotificationsPage = lazy(() => import("./pages/NotificationsPage.jsx"));
const DecisionsPage = lazy(() => import("./pages/DecisionsPage.jsx"));
const EmergenciesPage = lazy(() => import("./pages/EmergenciesPage.jsx"));
const PlansPage = lazy(() => import("./pages/PlansPage.jsx"));
const SavingsPage = lazy(() => import("./pages/SavingsPage.jsx"));
const SwitchesPage = lazy(() => import("./pages/SwitchesPage.jsx"));
const ReplayPage = lazy(() => import("./pages/ReplayPage.jsx"));
const ModelsPage = lazy(() => import("./pages/ModelsPage.jsx"));
const FleetPage = lazy(async () => ({ default: (await import("./pages/FleetPage.jsx")).FleetPage }));
const PoolsPage = lazy(() => import("./pages/PoolsPage.jsx"));
const PlatformPage = lazy(() => import("./pages/PlatformPage.jsx"));
const ClientsPage = lazy(() => import("./pages/ClientsPage.jsx"));
const LogPage = lazy(() => import("./pages/LogPage.jsx"));
const FiguresPage = lazy(() => import("./pages/FiguresPage.jsx"));
const SettingsPage = lazy(() => import("./pages/SettingsPage.jsx"));
const SearchPage = lazy(() => import("./pages/SearchPage.jsx"));
const ApiReferencePage = lazy(() => import("./pages/ApiReferencePage.jsx"));

const queries = makeQueryClient();

export function App({ nonce }) {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <QueryClientProvider client={queries}>
        <ZoneProvider>
          <SessionGate
            pending={<Loader aria-label="Signing in" m="xl" />}
            failed={(error, retry) => <Failure error={error} retry={retry} />}
            signedOut={(problem) => (
              <Suspense fallback={<Loader aria-label="Loading the sign-in" m="xl" />}>
                <SignInPage problem={problem} />
              </Suspense>
            )}
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
          <Route element={<ClientInView />}>
            <Route index element={<OverviewPage />} />
            <Route path="fleet" element={<FleetPage />} />
            <Route path="agents/:agentId" element={<AgentPage />} />
            <Route path="agents/:agentId/emergencies/:incidentId" element={<EmergencyPage />} />
            <Route path="notifications" element={<NotificationsPage />} />
            <Route path="emergencies" element={<EmergenciesPage />} />
            <Route path="decisions" element={<DecisionsPage />} />
            <Route path="pools" element={<PoolsPage />} />
            <Route path="plans" element={<PlansPage />} />
            <Route path="switches" element={<SwitchesPage />} />
            <Route path="replay" element={<ReplayPage />} />
            <Route path="savings" element={<SavingsPage />} />
            <Route path="settings" element={<SettingsPage />} />
          </Route>
          <Route element={<AdministratorsOnly />}>
            <Route path="admin" element={<PlatformPage />} />
            <Route path="admin/clients" element={<ClientsPage />} />
            <Route path="admin/search" element={<SearchPage />} />
            <Route path="admin/figures" element={<FiguresPage />} />
            <Route path="admin/log" element={<LogPage />} />
          </Route>
          <Route path="models" element={<ModelsPage />} />
          <Route path="api-reference" element={<ApiReferencePage />} />
          <Route path="*" element={<MissingPage />} />
        </Route>
      </Routes>
    </BrowserRouter>
  );
}
