// What the stories share: a browser, the views to look in, and what counts as a finding.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parseArgs } from "node:util";

import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];

// 200 % zoom of a 1280 px window is half its width at twice the density.
export const VIEWS = {
  light: { viewport: { width: 1280, height: 900 }, colorScheme: "light" },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
  phone: { viewport: { width: 390, height: 844 }, colorScheme: "light", hasTouch: true, isMobile: true },
  zoomed: { viewport: { width: 640, height: 450 }, colorScheme: "light", deviceScaleFactor: 2 },
};

export const { values: options } = parseArgs({
  options: {
    url: { type: "string" },
    token: { type: "string" },
    shots: { type: "string" },
    browser: { type: "string", default: "/usr/bin/chromium" },
  },
});
export const findings = [];
export const figures = {};

// Runs the story, prints one JSON object, and ends with 1 when anything was found.
export async function tell(story) {
  const browser = await chromium.launch({ executablePath: options.browser, args: FLAGS });
  try {
    await story(browser);
  } catch (error) {
    await shotOfTheEnd(browser);
    findings.push(`the story stopped: ${error.message.split("\n").slice(0, 6).join(" / ")}`);
  } finally {
    await browser.close();
  }
  console.log(JSON.stringify({ figures, findings }));
  process.exit(findings.length ? 1 : 0);
}

// What was on the screen when a story stopped, and under which words.
async function shotOfTheEnd(browser) {
  for (const page of browser.contexts().flatMap((context) => context.pages())) {
    findings.push(`the last page said: ${(await page.innerText("body").catch(() => "nothing")).replace(/\s+/g, " ").slice(0, 300)}`);
    await shot(page, "stopped").catch(() => {});
  }
}

// A page whose console errors and reports of the security policy are findings; 401 is how it learns that nobody is signed in.
export async function open(browser, view, cookies = []) {
  const context = await browser.newContext({ ...view, reducedMotion: "reduce" });
  await context.addCookies(cookies);
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 401/.test(message.text())) findings.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => findings.push(`page error: ${error.message}`));
  return page;
}

export async function openSignedIn(page) {
  await page.goto(`${options.url}/#token=${options.token}`);
  await overview(page);
}

// The overview's headline, whatever the market does meanwhile: each of them says who serves or what is wrong.
export async function overview(page) {
  await page.getByRole("heading", { level: 1, name: /serves?\.$|at risk|interrupted|observed/ }).waitFor();
}

// A dialog takes the keyboard a moment after it is there to be seen; a key pressed before that goes to what lies behind it.
export async function keyboardIn(dialog) {
  await dialog.locator(":focus").waitFor();
}

// A picture, no sideways scroll, nothing serious from axe.
export async function inspect(page, name) {
  await shot(page, name);
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (beyond > 0) findings.push(`${name}: the page scrolls sideways by ${beyond} px`);
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
  for (const { id, impact, nodes } of violations.filter(({ impact }) => ["serious", "critical"].includes(impact))) {
    findings.push(
      `${name}: axe ${impact} ${id}: ${nodes
        .slice(0, 3)
        .map((node) => node.html.slice(0, 160))
        .join(" | ")}`,
    );
  }
}

export async function shot(page, name) {
  if (options.shots) await page.screenshot({ path: `${options.shots}/${name}.png`, fullPage: true });
}
