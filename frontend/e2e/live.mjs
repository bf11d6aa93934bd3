// How long what somebody else does takes to be on this screen: a workload gets another name, again and again, for longer
// than one stream lives, so that some of it happens while the page has none. Usage as story.mjs.
import { randomUUID } from "node:crypto";

import { VIEWS, figures, findings, open, openSignedIn, options, tell } from "./browser.mjs";

const LONGER_THAN_A_STREAM_MS = 32_000;
const LONGEST_MS = 1000;
const PATIENCE = { timeout: 60_000 };

async function live(browser) {
  const page = await open(browser, VIEWS.light);
  await openSignedIn(page);
  await page.getByRole("link", { name: "Fleet", exact: true }).click();
  const link = page.getByRole("rowheader").getByRole("link").last();
  const [name, href] = [await link.textContent(), await link.getAttribute("href")];
  const rename = renamer(page, href);
  const times = [];
  for (const end = Date.now() + LONGER_THAN_A_STREAM_MS; Date.now() < end; ) times.push(await seenAfter(page, rename));
  await rename(name);
  judge(times);
}

// By the client's token, as a program would.
function renamer(page, href) {
  const url = `${options.url}/api/client${href}/settings`;
  return async (name) => {
    const headers = { Authorization: `Bearer ${options.token}`, "X-Request-ID": randomUUID() };
    const reply = await page.request.post(url, { headers, data: { display_name: name } });
    if (!reply.ok()) throw new Error(`renaming is answered ${reply.status()}`);
  };
}

// From the answer, after which the change is true, to the words.
async function seenAfter(page, rename) {
  const name = `renamed-${randomUUID().slice(0, 8)}`;
  await rename(name);
  const began = Date.now();
  await page.waitForFunction(saysSo, name, PATIENCE);
  const took = Date.now() - began;
  await page.waitForTimeout(1000 * Math.random());
  return took;
}

// Asked before each frame: a locator's own patience is coarser than what is measured. (Runs in the browser.)
function saysSo(name) {
  return [...document.querySelectorAll("th[scope=row]")].some(({ textContent }) => textContent.includes(name));
}

// The worst one is the one that fell between two streams.
function judge(times) {
  const sorted = [...times].sort((a, b) => a - b);
  Object.assign(figures, { live_ms: sorted[Math.floor(sorted.length / 2)], live_worst_ms: sorted.at(-1), changes: sorted.length, times });
  if (figures.live_ms > LONGEST_MS) findings.push(`half of what happens is shown after ${figures.live_ms} ms and more`);
}

await tell(live);
