// The market in the browser: which pools are risky, why one is avoided, what one cost and what happened there. Usage as story.mjs.
import { VIEWS, figures, findings, inspect, open, openSignedIn, options, tell } from "./browser.mjs";

async function market(browser) {
  const page = await open(browser, VIEWS.light);
  await openSignedIn(page);
  await page.getByRole("link", { name: "Pools" }).click();
  await page.getByRole("table").first().waitFor();
  await chart(page);
  await choose(page);
  await lookBack(page);
  const cookies = await page.context().cookies();
  for (const [name, view] of Object.entries(VIEWS)) await look(browser, name, view, cookies);
}

async function chart(page) {
  const began = Date.now();
  await page.locator("[role=img] canvas").waitFor();
  figures.chart_shown_ms = Date.now() - began;
  const dark = await page.locator("[role=img] canvas").evaluate((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.some((value, n) => n % 4 === 3 && value > 0);
  });
  if (!dark) findings.push("nothing is drawn on the chart");
}

// By keyboard: a cell opens its pool, and the address names it.
async function choose(page) {
  const cell = page.locator("td[data-zone=use1-az4] button").first();
  await cell.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: /in use1-az4$/ }).waitFor();
  if (!page.url().includes("pool=use1-az4")) findings.push("the address does not name the pool");
}

async function lookBack(page) {
  await page.getByRole("button", { name: "7 days" }).click();
  await page.getByRole("heading", { name: /^The price / }).waitFor();
  await page.getByText("The same figures as a table").click();
  const rows = await page.locator("details table tbody tr").count();
  figures.changes_listed = rows;
  if (rows < 5) findings.push(`a week of prices lists ${rows} changes`);
}

async function look(browser, name, view, cookies) {
  const page = await open(browser, view, cookies);
  await page.goto(`${options.url}/pools`);
  await page.locator("[role=img] canvas").waitFor();
  await page.waitForTimeout(500);
  await inspect(page, `pools-${name}`);
  await page.context().close();
}

await tell(market);
