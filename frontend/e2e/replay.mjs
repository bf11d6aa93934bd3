// Policies on one's own history in the browser: ask, watch, read the chart and its table, keep a log, cancel another one. Usage as story.mjs.
import { VIEWS, figures, findings, inspect, open, openSignedIn, options, tell } from "./browser.mjs";

async function replay(browser) {
  const page = await open(browser, VIEWS.light);
  await openSignedIn(page);
  await page.getByRole("link", { name: "Replay" }).click();
  await page.getByRole("heading", { name: "Play policies on your own history" }).waitFor();
  await ask(page);
  await watch(page);
  await read(page);
  await keep(page);
  await cancelAnother(page);
  const cookies = await page.context().cookies();
  for (const [name, view] of Object.entries(VIEWS)) await look(browser, name, view, cookies);
}

// By keyboard: seven days, a policy of one's own, play.
async function ask(page) {
  await page.getByText("7 days", { exact: true }).click();
  await page.getByRole("checkbox", { name: /^A policy of my own/ }).focus();
  await page.keyboard.press("Space");
  await page.getByLabel("Its name").fill("careful");
  await page.getByLabel("Move for at least (%)").fill("30");
  await page.getByRole("checkbox", { name: /^eager/ }).check();
  await inspect(page, "replay-ask");
  await page.getByRole("button", { name: "Play it" }).focus();
  await page.keyboard.press("Enter");
}

async function watch(page) {
  const began = Date.now();
  await page.getByRole("button", { name: "Cancel this replay" }).waitFor({ timeout: 15_000 });
  await inspect(page, "replay-under-way");
  await page.getByRole("img", { name: /^Cost as a share of On-Demand/ }).waitFor({ timeout: 120_000 });
  figures.replayed_ms = Date.now() - began;
}

async function read(page) {
  const verdict = await page.getByText(/^Yours costs \d+ % less than On-Demand/).first().textContent();
  figures.verdict = verdict;
  for (const name of ["yours", "careful", "eager", "on-demand", "omniscient"]) {
    const row = page.getByRole("row", { name: new RegExp(`^${name}`) });
    if ((await row.count()) !== 1) findings.push(`the table has no row of ${name}`);
  }
  const demand = await page.getByRole("row", { name: /^on-demand/ }).locator("td").first().textContent();
  if (!demand.startsWith("100.0 %")) findings.push(`On-Demand costs ${demand} of itself`);
  await page.getByText("interruptions", { exact: true }).click();
  await page.getByRole("img", { name: /interruptions per workload and month/ }).waitFor();
}

async function keep(page) {
  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: /^Keep the \d+ actions of yours/ }).click();
  const file = await waiting;
  if (file.suggestedFilename() !== "actions-yours.jsonl") findings.push(`the log is called ${file.suggestedFilename()}`);
}

async function cancelAnother(page) {
  await page.getByRole("button", { name: "Play it" }).click();
  await page.getByRole("button", { name: "Cancel this replay" }).click();
  await page.getByText("It was cancelled before it came to anything.").waitFor({ timeout: 30_000 });
  await page.getByRole("row", { name: /Done/ }).getByRole("button").first().click();
  await page.getByRole("img", { name: /^Cost as a share/ }).waitFor();
  figures.address = new URL(page.url()).search;
}

async function look(browser, name, view, cookies) {
  const page = await open(browser, view, cookies);
  await page.goto(`${options.url}/replay${figures.address}`);
  await page.getByRole("img", { name: /^Cost as a share/ }).waitFor();
  await page.waitForTimeout(300);
  await inspect(page, `replay-${name}`);
  await page.context().close();
}

await tell(replay);
