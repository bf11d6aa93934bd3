// The only place that speaks to the server: one line per endpoint, one error for everything that can go wrong.

export const ENDPOINTS = {
  signIn: ["POST", "/api/auth/token"],
  signOut: ["POST", "/api/auth/logout"],
  session: ["GET", "/api/auth/me"],
  fleet: ["GET", "/api/client/:clientId/agents"],
  incidents: ["GET", "/api/client/:clientId/incidents"],
  downtime: ["GET", "/api/client/:clientId/analytics/downtime"],
  emergency: ["GET", "/api/agents/:agentId/emergency-status"],
  interrupt: ["POST", "/api/client/instances/:instanceId/simulate-interruption"],
  decisions: ["GET", "/api/client/:clientId/agents/decisions"],
  decide: ["POST", "/api/agents/:agentId/decide"],
  scorecard: ["GET", "/api/models/scorecard"],
  models: ["GET", "/api/admin/ml-models"],
  modelSessions: ["GET", "/api/admin/ml-models/sessions"],
  uploadModel: ["POST", "/api/admin/ml-models/upload"],
  activateModel: ["POST", "/api/admin/ml-models/activate"],
  shadowModel: ["POST", "/api/admin/ml-models/shadow"],
  fallBackModel: ["POST", "/api/admin/ml-models/fallback"],
  activity: ["GET", "/api/activity/live"],
  description: ["GET", "/api/openapi.json"],
  allStats: ["GET", "/api/admin/stats"],
  platformTold: ["GET", "/api/admin/notifications"],
  allClients: ["GET", "/api/admin/clients"],
  clientGrowth: ["GET", "/api/admin/clients/growth"],
  newClient: ["POST", "/api/admin/clients/create"],
  allActivity: ["GET", "/api/admin/activity"],
  allEmergencies: ["GET", "/api/admin/emergency-events"],
  agentsHealth: ["GET", "/api/admin/agents/health-summary"],
  systemHealth: ["GET", "/api/admin/system-health"],
  workers: ["GET", "/api/admin/health/workers"],
  streams: ["GET", "/api/events/stats"],
  search: ["GET", "/api/admin/search"],
  safeMode: ["GET", "/api/admin/safe-mode"],
  turnSafeMode: ["PUT", "/api/admin/safe-mode"],
  modules: ["GET", "/api/admin/modules"],
  turnModule: ["PUT", "/api/admin/modules/:moduleId"],
  instanceLog: ["GET", "/api/client/instances/:instanceId/logs"],
  configure: ["POST", "/api/client/agents/:agentId/config"],
  release: ["DELETE", "/api/client/agents/:agentId"],
  statistics: ["GET", "/api/agents/:agentId/statistics"],
  replicas: ["GET", "/api/agents/:agentId/replicas"],
  launchReplica: ["POST", "/api/agents/:agentId/replicas"],
  promoteReplica: ["POST", "/api/agents/:agentId/replicas/:replicaId/promote"],
  endReplica: ["DELETE", "/api/agents/:agentId/replicas/:replicaId"],
  inbox: ["GET", "/api/notifications"],
  markRead: ["POST", "/api/notifications/:notificationId/mark-read"],
  markAllRead: ["POST", "/api/notifications/mark-all-read"],
  pools: ["GET", "/api/client/:clientId/pools"],
  leadTimes: ["GET", "/api/pools/lead-times"],
  priceHistory: ["GET", "/api/client/:clientId/pricing-history"],
  savings: ["GET", "/api/client/:clientId/savings"],
  savingsFile: ["GET", "/api/client/:clientId/export/savings"],
  ledger: ["GET", "/api/ledger"],
  reconciliation: ["GET", "/api/ledger/reconciliation"],
  kpi: ["GET", "/api/metrics/kpi"],
  switches: ["GET", "/api/client/:clientId/switch-history"],
  switchesFile: ["GET", "/api/client/:clientId/export/switch-history"],
  plans: ["GET", "/api/plans"],
  plan: ["GET", "/api/plans/:planId"],
  approvePlan: ["POST", "/api/plans/:planId/approve"],
  rejectPlan: ["POST", "/api/plans/:planId/reject"],
  setMode: ["PUT", "/api/modes"],
  spread: ["GET", "/api/policies/diversity"],
  setSpread: ["PATCH", "/api/policies/diversity"],
  acknowledge: ["POST", "/api/incidents/:incidentId/acknowledge"],
  options: ["GET", "/api/client/instances/:instanceId/available-options"],
  tryMove: ["POST", "/api/client/instances/:instanceId/simulate-switch"],
  move: ["POST", "/api/client/instances/:instanceId/force-switch"],
  linked: ["GET", "/api/accounts"],
  enrolmentToken: ["POST", "/api/agents/enrolment-tokens"],
  eventKey: ["POST", "/api/events/keys"],
  impersonate: ["POST", "/api/admin/impersonate"],
  log: ["GET", "/api/admin/logs"],
  targets: ["GET", "/api/admin/metrics/operational"],
  letters: ["GET", "/api/admin/dead-letters"],
  replayLetter: ["POST", "/api/admin/dead-letters/:letterId/replay"],
  replays: ["GET", "/api/replays"],
  askReplay: ["POST", "/api/replays"],
  replayReport: ["GET", "/api/replays/:replayId/report"],
  replayActions: ["GET", "/api/replays/:replayId/actions"],
  cancelReplay: ["POST", "/api/replays/:replayId/cancel"],
};

// Events of one's own; the administrator's streams name the client in view or acted for, or hear the platform alone.
export function eventStream({ isAdmin, acting, client_id: client } = {}) {
  if (!isAdmin && !acting) return "/api/events/stream";
  return `/api/events/stream?${client ? `client=${client}` : "scope=platform"}`;
}

const SENTENCES = {
  UNAUTHENTICATED: "You are signed out. Please sign in again.",
  FORBIDDEN: "Your sign-in does not allow this.",
  NOT_FOUND: "This does not exist, or it belongs to another client.",
  BUSY: "Somebody else is changing this right now. Try again in a second.",
  STALE_EPOCH: "The workload moved meanwhile. Look again, then decide again.",
  STALE: "Somebody else changed this first. Look again, then decide again.",
  RATE_LIMITED: "Too many requests in a minute. The page goes on by itself shortly.",
  UNAVAILABLE: "The server cannot reach its database. It keeps trying.",
  UNREACHABLE: "The server does not answer.",
};

// Every failure has a sentence for people, a code for the program, and the id to quote.
export class ApiError extends Error {
  constructor({ code, message, status = 0, requestId, details }) {
    super(SENTENCES[code] ?? message);
    Object.assign(this, { code, status, requestId, details });
  }
}

const FILES = /^(text\/csv|application\/x-ndjson)/;

// Writes that were not answered are sent once more with the same id, so that they happen once.
async function call(name, params = {}, body) {
  const [method, template] = ENDPOINTS[name];
  const requestId = newRequestId();
  const request = () => send(method, addressOf(template, params, method), body, requestId);
  try {
    return await request();
  } catch (error) {
    if (error.code === "UNREACHABLE" && method !== "GET") return request();
    throw error;
  }
}

async function send(method, url, body, requestId) {
  const headers = { Accept: "application/json", "X-Requested-With": "dashboard", "X-Request-ID": requestId };
  const [isWrite, isForm] = [method !== "GET", body instanceof FormData];
  if (isWrite && !isForm) headers["Content-Type"] = "application/json";
  const [seat, client] = [takenSeat(), clientInView()];
  if (seat) headers.Authorization = `Bearer ${seat.temp_jwt}`;
  else if (client) headers["X-Client-ID"] = client;
  let reply;
  try {
    reply = await fetch(url, { method, headers, body: isWrite ? (isForm ? body : JSON.stringify(body ?? {})) : undefined });
  } catch {
    throw new ApiError({ code: "UNREACHABLE", requestId });
  }
  if (reply.ok && FILES.test(reply.headers.get("Content-Type"))) return reply.blob();
  const answer = await reply.json().catch(() => ({}));
  if (!reply.ok) throw problem(reply.status, answer.error);
  return answer.openapi ? answer : answer.data;
}

// The client an administrator has chosen to look at; nobody else has chosen one.
export const IN_VIEW = "spotopt-client-in-view";

function clientInView() {
  return JSON.parse(sessionStorage.getItem(IN_VIEW) ?? "null")?.client_id;
}

// The seat of a client that an administrator has taken in this tab, for half an hour (see hooks/useSeat.js).
const SEAT = "spotopt-seat";

export const takenSeat = () => JSON.parse(sessionStorage.getItem(SEAT) ?? "null");
export const takeSeat = (seat) => sessionStorage.setItem(SEAT, JSON.stringify(seat));

// Whether there was one to leave.
export function leaveSeat() {
  const had = takenSeat() != null;
  sessionStorage.removeItem(SEAT);
  return had;
}

function problem(status, { code = "SERVER_ERROR", message = "The server failed.", request_id: requestId, details } = {}) {
  return new ApiError({ code, message, status, requestId, details });
}

// Params named in the address go there; the rest of a GET becomes its query.
function addressOf(template, params, method) {
  const rest = { ...params };
  const path = template.replace(/:(\w+)/g, (_, name) => {
    delete rest[name];
    return encodeURIComponent(params[name]);
  });
  const query = method === "GET" && new URLSearchParams(rest).toString();
  return query ? `${path}?${query}` : path;
}

function form(members) {
  const data = new FormData();
  for (const [name, value] of Object.entries(members)) data.append(name, value);
  return data;
}

// crypto.randomUUID exists on secure origins only; this works everywhere.
function newRequestId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const api = {
  signIn: (token) => call("signIn", {}, { token }),
  signOut: () => call("signOut"),
  session: () => call("session"),
  fleet: (clientId) => call("fleet", { clientId }),
  incidents: (clientId, query) => call("incidents", { clientId, ...query }),
  downtime: (clientId, days) => call("downtime", { clientId, days }),
  emergency: (agentId, incidentId) => call("emergency", { agentId, ...(incidentId && { incident_id: incidentId }) }),
  instanceLog: (instanceId) => call("instanceLog", { instanceId, limit: 100 }),
  configure: (agentId, changes) => call("configure", { agentId }, changes),
  release: (agentId) => call("release", { agentId }),
  statistics: (agentId) => call("statistics", { agentId }),
  replicas: (agentId) => call("replicas", { agentId }),
  launchReplica: (agentId) => call("launchReplica", { agentId }, { mode: "manual" }),
  promoteReplica: (agentId, replicaId, epoch) => call("promoteReplica", { agentId, replicaId }, { epoch }),
  endReplica: (agentId, replicaId) => call("endReplica", { agentId, replicaId }),
  inbox: (query) => call("inbox", query),
  markRead: (notificationId) => call("markRead", { notificationId }),
  markAllRead: () => call("markAllRead"),
  interrupt: (instanceId, kind) => call("interrupt", { instanceId }, { kind }),
  decisions: (clientId) => call("decisions", { clientId }),
  decide: (agentId, instanceId) => call("decide", { agentId }, { instance_id: instanceId }),
  scorecard: () => call("scorecard"),
  models: () => call("models"),
  modelSessions: () => call("modelSessions"),
  uploadModel: (manifest, weights) => call("uploadModel", {}, form({ manifest, weights })),
  activateModel: (modelId) => call("activateModel", {}, { model_id: modelId }),
  shadowModel: (modelId) => call("shadowModel", {}, { model_id: modelId }),
  fallBackModel: () => call("fallBackModel"),
  activity: (query) => call("activity", query),
  description: () => call("description"),
  allStats: () => call("allStats"),
  platformTold: (limit) => call("platformTold", { limit }),
  allClients: (query) => call("allClients", query),
  clientGrowth: (days) => call("clientGrowth", { days }),
  newClient: (client) => call("newClient", {}, client),
  allActivity: (query) => call("allActivity", query),
  allEmergencies: (days) => call("allEmergencies", { days }),
  agentsHealth: () => call("agentsHealth"),
  systemHealth: () => call("systemHealth"),
  workers: () => call("workers"),
  streams: () => call("streams"),
  search: (q) => call("search", { q }),
  safeMode: () => call("safeMode"),
  turnSafeMode: (on, reason) => call("turnSafeMode", {}, { on, reason }),
  modules: () => call("modules"),
  turnModule: (moduleId, enabled) => call("turnModule", { moduleId }, { enabled }),
  pools: (clientId, region) => call("pools", { clientId, ...(region && { region }) }),
  leadTimes: () => call("leadTimes"),
  priceHistory: (clientId, pool, hours) => call("priceHistory", { clientId, pool, hours }),
  savings: (clientId, query) => call("savings", { clientId, ...query }),
  savingsFile: (clientId, query) => call("savingsFile", { clientId, ...query }),
  ledger: (query) => call("ledger", query),
  reconciliation: (query) => call("reconciliation", query),
  kpi: () => call("kpi"),
  switches: (clientId) => call("switches", { clientId, limit: 200 }),
  switchesFile: (clientId) => call("switchesFile", { clientId }),
  plans: () => call("plans"),
  plan: (planId) => call("plan", { planId }),
  approvePlan: (planId) => call("approvePlan", { planId }),
  rejectPlan: (planId, reason) => call("rejectPlan", { planId }, { reason }),
  setMode: (setting) => call("setMode", {}, setting),
  spread: () => call("spread"),
  setSpread: (changes) => call("setSpread", {}, changes),
  acknowledge: (incidentId) => call("acknowledge", { incidentId }),
  options: (instanceId) => call("options", { instanceId }),
  tryMove: (instanceId, pool) => call("tryMove", { instanceId }, { target_pool: pool }),
  move: (instanceId, pool) => call("move", { instanceId }, { target_pool: pool }),
  linked: () => call("linked"),
  enrolmentToken: (account, region) => call("enrolmentToken", {}, { aws_account_id: account, region }),
  eventKey: (account) => call("eventKey", {}, { aws_account_id: account }),
  impersonate: (clientId, reason) => call("impersonate", {}, { client_id: clientId, reason }),
  log: (query) => call("log", query),
  targets: () => call("targets"),
  letters: () => call("letters", { limit: 20 }),
  replayLetter: (letterId) => call("replayLetter", { letterId }),
  replays: () => call("replays"),
  askReplay: (question) => call("askReplay", {}, question),
  replayReport: (replayId) => call("replayReport", { replayId }),
  replayActions: (replayId, policy) => call("replayActions", { replayId, policy }),
  cancelReplay: (replayId) => call("cancelReplay", { replayId }),
};
