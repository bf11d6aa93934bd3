// What people do with their workloads, each page's main task on the running demo: filter, sort, keep a view, take the
// fleet along; choose a mode, launch a replica, promote it; follow an interruption; read what was told.
// Usage as story.mjs, on a demo nobody else interrupts.
import { readFileSync } from "node:fs";

import { VIEWS, figures, findings, inspect, keyboardIn, open, openSignedIn, options, tell } from "./browser.mjs";

const PATIENCE = { timeout: 60_000 };

async function story(browser) {
  const page = await open(browser, VIEWS.light);
  await openSignedIn(page);
  const cookies = await page.context().cookies();
  await useTheFleet(page);
  const agent = await openWorkload(page);
  await moveByHand(page, agent);
  await readTheLog(page);
  await thinkOfAMove(page);
  const emergency = await followAnInterruption(page, agent);
  await readWhatWasTold(page, agent);
  const places = { emergency, notifications: "/notifications", settings: "/settings" };
  for (const [name, view] of Object.entries(VIEWS).slice(1)) await lookAround(browser, name, view, cookies, places);
  await askBeforeTakingOut(page, agent);
}

async function toTheFleet(page) {
  await page.getByRole("link", { name: "Fleet" }).first().click();
  await page.getByRole("table").waitFor();
}

async function useTheFleet(page) {
  await toTheFleet(page);
  await page.getByRole("group", { name: "Which workloads" }).getByRole("button", { name: /^Serving/ }).click();
  await page.getByRole("columnheader").getByRole("button", { name: "Workload" }).focus();
  await page.keyboard.press("Enter");
  const names = await page.getByRole("rowheader").allTextContents();
  if (`${names}` !== `${[...names].sort((a, b) => a.localeCompare(b))}`) findings.push(`not sorted by name: ${names}`);
  await keepAView(page);
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "CSV" }).click()]);
  const lines = readFileSync(await file.path(), "utf8").trim().split("\r\n");
  if (lines.length !== names.length + 1) findings.push(`the file has ${lines.length} lines for ${names.length} workloads`);
}

async function keepAView(page) {
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "Save this view…" }).click();
  await page.getByLabel("Name").fill("Serving by name");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: /^All/ }).click();
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "Serving by name", exact: true }).click();
  await page.getByRole("button", { name: /^Serving/, pressed: true }).waitFor();
}

async function openWorkload(page) {
  const link = page.getByRole("row", { name: /Serving/ }).getByRole("rowheader").getByRole("link").first();
  const agent = { name: await link.textContent(), href: await link.getAttribute("href") };
  await link.click();
  await page.getByRole("heading", { name: agent.name, level: 1 }).waitFor();
  return agent;
}

// By keyboard alone: the mode, a replica, its promotion.
async function moveByHand(page, agent) {
  await chooseMode(page, "Manual replica");
  await press(page, page.getByRole("button", { name: "Launch a replica" }), "Launch it");
  const promote = page.getByRole("button", { name: "Promote" });
  await promote.and(page.locator('[aria-disabled="false"]')).waitFor(PATIENCE);
  await inspect(page, "agent-manual");
  const old = await primary(page);
  const began = Date.now();
  await press(page, promote, `Move ${agent.name}`);
  await page.locator("li[data-role=PRIMARY]").filter({ hasNotText: old }).waitFor(PATIENCE);
  figures.promotion_shown_ms = Date.now() - began;
  await page.getByText(/serves in place of/).first().waitFor(PATIENCE);
  figures.moved_by_hand_ms = Date.now() - began;
  await chooseMode(page, "Auto-switch");
}

async function chooseMode(page, word) {
  await page.getByRole("radio", { name: word }).focus();
  await page.keyboard.press("Space");
  await keyboardIn(page.getByRole("dialog"));
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await page.getByRole("radio", { name: word, checked: true }).waitFor();
}

async function press(page, button, yes) {
  await button.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: yes }).waitFor();
  await keyboardIn(page.getByRole("dialog"));
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
}

const primary = (page) => page.locator("li[data-role=PRIMARY]").getByText(/^i-/).textContent();

async function readTheLog(page) {
  await page.getByRole("button", { name: /^Log of i-/ }).first().click();
  await page.getByRole("dialog").getByText(/REPLICA → PRIMARY/).waitFor();
  await inspect(page, "instance-log");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
}

// What a move elsewhere would bring is read, and left at that.
async function thinkOfAMove(page) {
  await page.getByRole("button", { name: "Move it …" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText(/^without service, /).waitFor();
  await inspect(page, "move");
  await dialog.getByRole("button", { name: "Leave it" }).click();
  await dialog.waitFor({ state: "hidden" });
}

// From the notice to the promotion, without touching anything; then somebody says that it was seen.
async function followAnInterruption(page, agent) {
  const old = await primary(page);
  await page.getByRole("button", { name: "Interrupt", exact: true }).click();
  await page.getByRole("button", { name: `Interrupt ${agent.name}` }).click();
  await page.getByText("AWS is taking the instance.").waitFor(PATIENCE);
  await page.getByRole("link", { name: "Follow this emergency on its own page" }).click();
  await page.getByRole("heading", { name: `Interruption announced: ${agent.name}` }).waitFor();
  await inspect(page, "emergency-live");
  await page.getByRole("heading", { name: "Carried over." }).waitFor(PATIENCE);
  await page.locator("li[data-role=TERMINATED]", { hasText: old }).waitFor(PATIENCE);
  await page.getByRole("button", { name: "I have seen it" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText(/^Seen by somebody/).waitFor();
  return new URL(page.url()).pathname;
}

async function readWhatWasTold(page, agent) {
  const bell = page.getByRole("link", { name: /^Notifications, \d+ unread/ });
  await bell.click();
  await page.getByRole("heading", { name: "Notifications" }).waitFor();
  await page.getByRole("button", { name: new RegExp(`Mark as read: ${agent.name}`) }).first().click();
  await inspect(page, "notifications-light");
  figures.live_ms = await eventTime(page);
  await page.getByText("All read.").waitFor();
  await page.getByRole("link", { name: "Notifications, all read" }).waitFor();
}

// What somebody else changes is on this screen without a touch: from his call to the words.
async function eventTime(page) {
  const headers = { Authorization: `Bearer ${options.token}` };
  const began = Date.now();
  await page.request.post(`${options.url}/api/notifications/mark-all-read`, { headers });
  await page.getByText("All read.").waitFor();
  return Date.now() - began;
}

// Its name is asked for; nothing happens without it.
async function askBeforeTakingOut(page, agent) {
  await page.goto(options.url + agent.href);
  await page.getByRole("button", { name: "Take out of care" }).click();
  const yes = page.getByRole("button", { name: "Take it out of care" });
  if (await yes.isEnabled()) findings.push("taking out of care does not wait for the name");
  await inspect(page, "take-out-of-care");
  await page.getByLabel(`Type ${agent.name} to go on`).fill(agent.name);
  await yes.click();
  await page.waitForURL((url) => url.pathname === "/");
  await toTheFleet(page);
  await page.getByRole("rowheader", { name: agent.name, exact: true }).waitFor({ state: "detached" });
}

async function lookAround(browser, name, view, cookies, places) {
  const page = await open(browser, view, cookies);
  for (const [title, path] of Object.entries(places)) {
    await page.goto(options.url + path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForTimeout(400);
    await inspect(page, `${title}-${name}`);
  }
  await page.context().close();
}

await tell(story);
