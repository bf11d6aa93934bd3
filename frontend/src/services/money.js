// Dollars: two decimals; four below a dollar and six below a tenth of a cent, where two would show nothing.
import { MISSING } from "./format.js";

export function usd(value) {
  if (value == null) return MISSING;
  const size = Math.abs(value);
  const text = size.toLocaleString("en-US", digits(size));
  return `${value < 0 && Number(text.replaceAll(",", "")) > 0 ? "−" : ""}$${text}`;
}

// With its sign always: a saving or a loss.
export function gain(value) {
  return value > 0 ? `+${usd(value)}` : usd(value);
}

function digits(size) {
  const count = size === 0 || size >= 1 ? 2 : size >= 0.001 ? 4 : 6;
  return { minimumFractionDigits: count, maximumFractionDigits: count };
}

// Lets the browser keep a file that a promise answers.
export async function keepFile(promise, name) {
  const address = URL.createObjectURL(await promise);
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
