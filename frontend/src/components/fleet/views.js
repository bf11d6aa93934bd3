// Which workloads of a fleet are shown, in which order, and as a file. Pure: rows in, rows or text out.
import { discount } from "../../services/format.js";

const URGENCY = ["interrupted", "at_risk", "preparing", "serving", "observed"];
const needsSomeone = ({ state, notice_status: notice }) => ["interrupted", "at_risk"].includes(state) || notice !== "none";

// The chips: key, word, which rows.
export const FILTERS = [
  ["all", "All", () => true],
  ["attention", "Needs attention", needsSomeone],
  ["serving", "Serving", ({ state }) => state === "serving"],
  ["preparing", "Preparing", ({ state }) => state === "preparing"],
  ["replica", "With replica", ({ replica }) => Boolean(replica)],
  ["on_demand", "On-Demand", ({ primary }) => primary?.lifecycle === "on-demand"],
  ["silent", "Silent", ({ presence }) => presence === "late" || presence === "offline"],
  ["observed", "Observed", ({ state }) => state === "observed"],
];

// The heads of the table.
export const HEADS = [
  ["name", "Workload"],
  ["state", "State"],
  ["primary", "Primary"],
  ["replica", "Replica"],
  ["price", "Price against On-Demand"],
  ["heard", "Heard"],
];

// What a head sorts by. Undefined values come last, whichever the direction.
export const SORTS = {
  name: ({ logical_name: name }) => name,
  state: ({ state }) => URGENCY.indexOf(state),
  primary: ({ primary }) => primary && `${primary.instance_type} ${primary.az_id}`,
  replica: ({ replica }) => replica?.status,
  price: ({ primary }) => primary && discount(primary.price_usd_per_hour, primary.on_demand_usd_per_hour),
  heard: ({ last_seen_at: at }) => at,
};

export const PLAIN = { filter: "all", find: "", sort: null, down: false };

// A workload is found by its name, its state, its labels, or by what it runs on.
export function matches(agent, wanted) {
  const { instance_type: type, az_id: zone, ec2_instance_id: id } = agent.primary ?? {};
  const labels = Object.entries(agent.labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return [agent.logical_name, agent.state, type, zone, id, ...labels].some((text) =>
    text?.toLowerCase().includes(wanted.trim().toLowerCase()),
  );
}

// The server's order, worst first, unless a head was chosen.
export function seen(agents, { filter, find, sort, down }) {
  const [, , belongs] = FILTERS.find(([key]) => key === filter) ?? FILTERS[0];
  const found = agents.filter((agent) => belongs(agent) && matches(agent, find));
  if (!SORTS[sort]) return found;
  const keyed = found.map((agent) => [SORTS[sort](agent), agent]);
  return keyed.sort(([a], [b]) => compare(a, b, down)).map(([, agent]) => agent);
}

function compare(a, b, down) {
  if (a == null || b == null) return (a == null) - (b == null);
  const order = typeof a === "string" ? a.localeCompare(b) : a - b;
  return down ? -order : order;
}

export function counts(agents) {
  return Object.fromEntries(FILTERS.map(([key, , belongs]) => [key, agents.filter(belongs).length]));
}

const COLUMNS = [
  ["workload", (a) => a.logical_name],
  ["state", (a) => a.state],
  ["mode", (a) => a.config?.mode],
  ["instance", (a) => a.primary?.ec2_instance_id],
  ["type", (a) => a.primary?.instance_type],
  ["az_id", (a) => a.primary?.az_id],
  ["lifecycle", (a) => a.primary?.lifecycle],
  ["price_usd_per_hour", (a) => a.primary?.price_usd_per_hour],
  ["on_demand_usd_per_hour", (a) => a.primary?.on_demand_usd_per_hour],
  ["replica_status", (a) => a.replica?.status],
  ["notice", (a) => a.notice_status],
  ["last_heard_utc", (a) => a.last_seen_at],
];

export function csv(agents) {
  const lines = [COLUMNS.map(([name]) => name), ...agents.map((agent) => COLUMNS.map(([, read]) => read(agent)))];
  return `${lines.map((line) => line.map(cell).join(",")).join("\r\n")}\r\n`;
}

// A text that a spreadsheet would run as a formula gets an apostrophe; numbers stay numbers.
export function cell(value) {
  if (value == null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r\0]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
