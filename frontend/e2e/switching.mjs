// From a plan to a line of the ledger: read what would be done, approve it, see the workload move, read what it saved.
// Usage as story.mjs; a plan must be waiting.
import { VIEWS, figures, findings, inspect, open, openSignedIn, options, tell } from "./browser.mjs";

async function switching(browser) {
  const page = await open(browser, VIEWS.light);
  await openSignedIn(page);
  const cookies = await page.context().cookies();
  const name = await readPlan(page);
  await setMode(page);
  await approve(page, name);
  await watchTheMove(page, name);
  await readTheLedger(page, name);
  await askForAdvice(page, name);
  for (const [view, size] of Object.entries(VIEWS)) await lookAround(browser, view, size, cookies);
}

// The plan is read before anything is decided: its figures, its steps, its consequence.
async function readPlan(page) {
  await page.getByRole("link", { name: "Plans" }).click();
  const first = page.getByRole("region").filter({ has: page.getByRole("button", { name: "Approve" }) }).first();
  await first.waitFor({ timeout: 45_000 });
  const name = await first.getByRole("heading").textContent();
  const card = page.getByRole("region", { name, exact: true }); // another plan may come before it meanwhile
  await card.getByText("What would be done, step by step").click();
  await card.getByText(/^Launch a Spot/).waitFor();
  await inspect(page, "plans-waiting");
  return name;
}

// By keyboard; a setting that is the same again changes nothing.
async function setMode(page) {
  const select = page.getByLabel("Moves for a better price");
  for (const mode of ["propose", "approve"]) {
    const kept = page.waitForResponse((reply) => reply.url().endsWith("/api/modes") && reply.ok());
    await select.selectOption(mode);
    await kept;
  }
}

async function approve(page, name) {
  const card = page.getByRole("region", { name, exact: true });
  const button = card.getByRole("button", { name: "Approve" });
  await button.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await inspect(page, "plan-approve");
  const began = Date.now();
  await page.getByRole("button", { name: `Move ${name}` }).click();
  await page.getByRole("row", { name: new RegExp(name) }).getByText("Under way").waitFor({ timeout: 15_000 });
  figures.under_way_ms = Date.now() - began;
  await inspect(page, "plans-under-way");
}

// Nothing is touched: the page follows the rows.
async function watchTheMove(page, name) {
  await page.getByRole("link", { name: "Switches" }).click();
  const began = Date.now();
  const row = page.getByRole("row", { name: new RegExp(name) }).first();
  await row.getByText(/^(Serves|Done)$/).waitFor({ timeout: 60_000 });
  figures.moved_ms = Date.now() - began;
  await row.getByText("Done").waitFor({ timeout: 60_000 });
  figures.without_service = await row.locator("td[data-label='Without service']").textContent();
  if (!/^[\d.]+ s$/.test(figures.without_service)) findings.push(`without service: ${figures.without_service}, not by the hosts’ own reports`);
  await inspect(page, "switches-done");
}

async function readTheLedger(page, name) {
  await page.getByRole("link", { name: "Savings" }).click();
  await page.getByRole("heading", { name: "Net savings by day" }).waitFor();
  await page.getByRole("table").first().getByRole("button").first().click();
  await page.getByRole("row", { name: new RegExp(name) }).first().waitFor({ timeout: 30_000 });
  await page.getByRole("cell", { name: "Replicas" }).first().waitFor();
  await page.getByText("Together").waitFor();
  await inspect(page, "savings-lines");
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "CSV" }).click()]);
  if (!/^savings-.*csv$/.test(file.suggestedFilename())) findings.push(`the file is called ${file.suggestedFilename()}`);
}

// Advice moves nothing; its runners-up and rejected pools are one click deeper.
async function askForAdvice(page, name) {
  await page.getByRole("link", { name: "Decisions", exact: true }).click();
  await page.getByLabel("Workload to decide for").selectOption({ label: name });
  await page.getByRole("button", { name: "Where should it stand?" }).click();
  const advice = page.getByRole("article").filter({ hasText: name }).first();
  await advice.waitFor({ timeout: 15_000 });
  await advice.getByText(/rejected pool/).click();
  await inspect(page, "decision-open");
}

async function lookAround(browser, view, size, cookies) {
  const page = await open(browser, size, cookies);
  for (const name of ["plans", "switches", "savings", "decisions", "models"]) {
    await page.goto(`${options.url}/${name}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.getByRole(name === "decisions" ? "article" : "table").first().waitFor();
    await page.waitForTimeout(400);
    await inspect(page, `${name}-${view}`);
  }
  await page.context().close();
}

await tell(switching);
