// Figures with their units. What nobody measured is "–".

export const MISSING = "–";

export function seconds(value, digits = 1) {
  return value == null ? MISSING : `${value.toFixed(digits)} s`;
}

// 0:07, 1:59, 1:02:03: what is left of a deadline.
export function countdown(value) {
  const whole = Math.max(0, Math.ceil(value));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = `${hours ? String(minutes).padStart(2, "0") : minutes}:${String(rest).padStart(2, "0")}`;
  return hours ? `${hours}:${tail}` : tail;
}

export function unitPrice(usdPerHour) {
  return usdPerHour == null ? MISSING : `$${usdPerHour.toFixed(4)}/h`;
}

export function hourly(usdPerHour) {
  return usdPerHour == null ? MISSING : `$${usdPerHour.toFixed(2)}/h`;
}

// Beside a label that names the month.
export function dollars(usd) {
  return usd == null ? MISSING : `$${usd.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

export function percent(share, digits = 0) {
  return share == null ? MISSING : `${(100 * share).toFixed(digits)} %`;
}

// How far below on-demand a price is, as a share; null when either is unknown.
export function discount(price, onDemand) {
  return price == null || !onDemand ? null : 1 - price / onDemand;
}

const STEPS = [
  [60, 1, "s"],
  [3600, 60, "min"],
  [86400, 3600, "h"],
  [Infinity, 86400, "d"],
];

export function ago(at, now) {
  const gone = Math.max(0, (now - new Date(at)) / 1000);
  const [, size, unit] = STEPS.find(([limit]) => gone < limit);
  return gone < 2 ? "just now" : `${Math.floor(gone / size)} ${unit} ago`;
}

const CLOCK = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };

export function clock(at, zone) {
  return new Intl.DateTimeFormat("en-GB", { ...CLOCK, timeZone: zone }).format(new Date(at));
}

export function exact(at, zone) {
  const day = { year: "numeric", month: "short", day: "numeric", ...CLOCK, timeZone: zone, timeZoneName: "short" };
  return new Intl.DateTimeFormat("en-GB", day).format(new Date(at));
}

export function plural(count, noun, nouns = `${noun}s`) {
  return `${count} ${count === 1 ? noun : nouns}`;
}
