// A thousand workloads on the fleet page: how long the search takes to answer a key, and what the page costs at rest.
// The demo's own rows are multiplied on their way to the browser, unless there are a thousand. Usage as story.mjs.
import { randomUUID } from "node:crypto";

import { VIEWS, figures, findings, open, openSignedIn, options, overview, shot, tell } from "./browser.mjs";

const MANY = 1000;
const LONGEST_MS = 100;
const REST_MS = 3000;
const BUSIEST_SHARE = 0.25; // of one core

async function crowd(browser) {
  const page = await open(browser, VIEWS.light);
  await page.route(/\/agents$/, multiply);
  await openSignedIn(page);
  figures.overview_ms = await coldStart(browser, await page.context().cookies());
  await page.getByRole("link", { name: "Fleet", exact: true }).click();
  await page.getByText(`of ${MANY} workloads`).waitFor();
  await shot(page, "crowd");
  figures.rest_share = await busyShare(page);
  figures.search_ms = await searchTimes(page);
  figures.sort_ms = await clickTimes(page, page.getByRole("columnheader").getByRole("button", { name: "Price against On-Demand" }));
  figures.filter_ms = await clickTimes(page, page.getByRole("group", { name: "Which workloads" }).getByRole("button", { name: /^Serving/ }));
  if (figures.rest_share > BUSIEST_SHARE) findings.push(`at rest the page keeps ${figures.rest_share} of a core busy`);
  for (const what of ["search", "sort", "filter"]) {
    const [, median] = [...figures[`${what}_ms`]].sort((a, b) => a - b);
    if (median > LONGEST_MS) findings.push(`${what}: the page answers in ${median} ms`);
  }
}

// Somebody who is signed in opens the landing page in a browser that has nothing of it: until it answers a key.
async function coldStart(browser, cookies) {
  const page = await open(browser, VIEWS.light, cookies);
  await page.route(/\/agents$/, multiply);
  const began = Date.now();
  await page.goto(options.url);
  await overview(page);
  await page.keyboard.press("Tab");
  await page.evaluate(() => new Promise((answer) => requestAnimationFrame(answer)));
  const took = Date.now() - began;
  await page.context().close();
  return took;
}

async function multiply(route) {
  const reply = await route.fetch();
  const body = await reply.json();
  const { agents } = body.data;
  if (agents.length >= MANY) return route.fulfill({ response: reply, json: body });
  body.data.agents = Array.from({ length: MANY }, (_, n) => ({
    ...agents[n % agents.length],
    agent_id: randomUUID(),
    logical_name: `worker-${n}`,
  }));
  await route.fulfill({ response: reply, json: body });
}

// Seconds of work per second of rest.
async function busyShare(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable");
  const worked = async () =>
    (await devtools.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration").value;
  await page.waitForTimeout(1000);
  const before = await worked();
  await page.waitForTimeout(REST_MS);
  return Number(((1000 * ((await worked()) - before)) / REST_MS).toFixed(3));
}

// From a key to the frame that shows its answer.
async function searchTimes(page) {
  const times = [];
  await page.getByLabel("Find a workload").focus();
  for (const key of ["w", "7", "3"]) {
    await page.evaluate(() => {
      globalThis.answered = new Promise((answer) => {
        addEventListener(
          "keydown",
          () => {
            const began = performance.now();
            requestAnimationFrame(() => requestAnimationFrame(() => answer(Math.round(performance.now() - began))));
          },
          { once: true },
        );
      });
    });
    await page.keyboard.press(key);
    times.push(await page.evaluate(() => globalThis.answered));
    await page.getByLabel("Find a workload").fill("");
  }
  return times;
}

// From a click to the frame that shows its answer, three times.
async function clickTimes(page, button) {
  const times = [];
  for (let n = 0; n < 3; n++) {
    times.push(
      await button.evaluate(
        (element) =>
          new Promise((answer) => {
            const began = performance.now();
            element.click();
            requestAnimationFrame(() => requestAnimationFrame(() => answer(Math.round(performance.now() - began))));
          }),
      ),
    );
  }
  return times;
}

await tell(crowd);
