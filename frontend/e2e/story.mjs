// The browser's story on a running demo: sign in, look at the fleet, interrupt a workload, watch it being carried over.
// Usage: node e2e/story.mjs --url URL --token TOKEN [--shots DIR]
// Prints one JSON object; exit code 1 when anything was found.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parseArgs } from "node:util";

import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
const VIEWS = {
  light: { viewport: { width: 1280, height: 900 }, colorScheme: "light" },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
  phone: { viewport: { width: 390, height: 844 }, colorScheme: "light", hasTouch: true, isMobile: true },
};

const { values: options } = parseArgs({
  options: { url: { type: "string" }, token: { type: "string" }, shots: { type: "string" }, browser: { type: "string", default: "/usr/bin/chromium" } },
});
const findings = [];
const figures = {};

async function main() {
  const browser = await chromium.launch({ executablePath: options.browser, args: FLAGS });
  try {
    const page = await open(browser, VIEWS.light);
    const cookies = await signIn(page);
    const agent = await chooseWorkload(page);
    await interrupt(page, agent);
    await inspect(page, "agent-light");
    for (const [name, view] of Object.entries(VIEWS)) await lookAround(browser, name, view, cookies, agent);
    await signOut(page);
  } finally {
    await browser.close();
  }
}

async function open(browser, view, cookies = []) {
  const context = await browser.newContext({ ...view, reducedMotion: "reduce", bypassCSP: false });
  await context.addCookies(cookies);
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error" && !/401/.test(message.text())) findings.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => findings.push(`page error: ${error.message}`));
  return page;
}

async function signIn(page) {
  await page.goto(options.url);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await inspect(page, "sign-in");
  await page.locator("input[autocomplete=current-password]").fill("soc_wrong-token");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("This token is not known").waitFor();
  const began = Date.now();
  await page.goto("about:blank");
  await page.goto(`${options.url}/#token=${options.token}`);
  await page.getByRole("heading", { name: /workloads? serve/ }).waitFor();
  figures.fleet_shown_ms = Date.now() - began;
  if (page.url().includes("token")) findings.push("the token stays in the address");
  return page.context().cookies();
}

async function chooseWorkload(page) {
  const link = page.getByRole("rowheader").getByRole("link").first();
  const agent = { name: await link.textContent(), href: await link.getAttribute("href") };
  await link.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: agent.name }).waitFor();
  return agent;
}

// The main task: interrupt, and see each step appear without touching anything.
async function interrupt(page, agent) {
  await page.getByRole("button", { name: "Interrupt", exact: true }).click();
  await page.getByRole("dialog").waitFor();
  await shot(page, "dialog");
  const began = Date.now();
  await page.getByRole("button", { name: "Interrupt it" }).click();
  await page.getByText("AWS is taking the instance.").waitFor({ timeout: 20_000 });
  figures.emergency_shown_ms = Date.now() - began;
  await shot(page, "emergency");
  await page.getByRole("heading", { name: "Carried over." }).waitFor({ timeout: 60_000 });
  figures.carried_over_ms = Date.now() - began;
  await page.locator("li[data-role=TERMINATED]").first().waitFor({ timeout: 60_000 });
  figures.old_one_ended_ms = Date.now() - began;
  figures.workload = agent.name;
}

async function lookAround(browser, name, view, cookies, agent) {
  const page = await open(browser, view, cookies);
  for (const [path, title] of [["/", "fleet"], [agent.href, "agent"], ["/emergencies", "emergencies"], ["/nowhere", "missing"]]) {
    await page.goto(options.url + path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForTimeout(400);
    await inspect(page, `${title}-${name}`);
  }
  if (name === "phone") await useMenu(page);
  await page.context().close();
}

async function useMenu(page) {
  await page.getByRole("button", { name: "Open the menu" }).click();
  await page.waitForTimeout(400);
  await shot(page, "menu-phone");
  await page.getByRole("link", { name: "Fleet" }).first().click();
  await page.getByRole("table").waitFor();
}

async function signOut(page) {
  await page.getByRole("button", { name: /Signed in as/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
}

async function inspect(page, name) {
  await shot(page, name);
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (beyond > 0) findings.push(`${name}: the page scrolls sideways by ${beyond} px`);
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  for (const { id, impact, nodes } of violations.filter(({ impact }) => ["serious", "critical"].includes(impact))) {
    findings.push(`${name}: axe ${impact} ${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
  }
}

async function shot(page, name) {
  if (options.shots) await page.screenshot({ path: `${options.shots}/${name}.png`, fullPage: true });
}

try {
  await main();
} catch (error) {
  findings.push(`the story stopped: ${error.message.split("\n").slice(0, 6).join(" / ")}`);
}
console.log(JSON.stringify({ figures, findings }));
process.exit(findings.length ? 1 : 0);
