// The browser's story on a running demo: sign in, look at the fleet, interrupt a workload, watch it being carried over.
// Usage: node e2e/story.mjs --url URL --token TOKEN [--shots DIR] [--browser PATH]
// Prints one JSON object; exit code 1 when anything was found.
import { VIEWS, figures, findings, inspect, open, openSignedIn, options, shot, tell } from "./browser.mjs";

async function story(browser) {
  const page = await open(browser, VIEWS.light);
  const cookies = await signIn(page);
  await page.getByRole("link", { name: "Fleet", exact: true }).click();
  const agent = await chooseWorkload(page);
  await readAndLeave(page);
  await interrupt(page, agent);
  await inspect(page, "agent-light");
  await lookBack(page, agent);
  for (const [name, view] of Object.entries(VIEWS)) await lookAround(browser, name, view, cookies, agent);
  await signOut(page);
}

async function signIn(page) {
  await page.goto(options.url);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await inspect(page, "sign-in");
  await page.locator("input[autocomplete=current-password]").fill("soc_wrong-token");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("This token is not known").waitFor();
  await page.goto("about:blank");
  const began = Date.now();
  await openSignedIn(page);
  figures.overview_shown_ms = Date.now() - began;
  figures.first_page_kb = await page.evaluate(sentOfThePage);
  if (page.url().includes("token")) findings.push("the token stays in the address");
  return page.context().cookies();
}

// What the server sent for scripts and styles, packed, in kB. (Runs in the browser.)
function sentOfThePage() {
  const files = performance.getEntriesByType("resource").filter(({ name }) => name.includes("/assets/"));
  return Math.round(files.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0) / 1000);
}

// One that AWS leaves alone, on a market that may be alive. By keyboard: `/` finds, Enter opens.
async function chooseWorkload(page) {
  const link = page.getByRole("row", { name: /Serving/ }).getByRole("rowheader").getByRole("link").first();
  const agent = { name: await link.textContent(), href: await link.getAttribute("href") };
  await page.keyboard.press("/");
  await page.keyboard.type(agent.name);
  await page.getByRole("rowheader").nth(1).waitFor({ state: "detached" });
  await page.getByRole("rowheader").getByRole("link").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: agent.name }).waitFor();
  return agent;
}

// The dialog is read, Escape leaves it, and the keyboard is back where it was.
async function readAndLeave(page) {
  const button = page.getByRole("button", { name: "Interrupt", exact: true });
  await button.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await inspect(page, "dialog");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  const back = button.and(page.locator(":focus")).waitFor({ timeout: 5_000 });
  await back.catch(() => findings.push("the dialog does not give the focus back"));
}

// The main task: interrupt, and see each step appear without touching anything.
async function interrupt(page, agent) {
  const old = await page.locator("li[data-role=PRIMARY]").getByText(/^i-/).textContent();
  await page.getByRole("button", { name: "Interrupt", exact: true }).click();
  const began = Date.now();
  await page.getByRole("button", { name: `Interrupt ${agent.name}` }).click();
  await page.getByText("AWS is taking the instance.").waitFor({ timeout: 20_000 });
  figures.emergency_shown_ms = Date.now() - began;
  await inspect(page, "emergency");
  await page.getByRole("heading", { name: "Carried over." }).waitFor({ timeout: 60_000 });
  figures.carried_over_ms = Date.now() - began;
  await page.locator("li[data-role=TERMINATED]", { hasText: old }).waitFor({ timeout: 60_000 });
  figures.old_one_ended_ms = Date.now() - began;
  figures.workload = agent.name;
}

// From the list back to this one emergency.
async function lookBack(page, agent) {
  await page.getByRole("link", { name: "Emergencies", exact: true }).click();
  await page.getByRole("rowheader").getByRole("link", { name: agent.name }).first().click();
  await page.getByRole("heading", { name: `Interruption announced: ${agent.name}` }).waitFor();
  await page.getByRole("heading", { name: "Carried over." }).waitFor();
}

async function lookAround(browser, name, view, cookies, agent) {
  const page = await open(browser, view, cookies);
  for (const [path, title] of [
    ["/", "overview"],
    ["/fleet", "fleet"],
    [agent.href, "agent"],
    ["/emergencies", "emergencies"],
    ["/nowhere", "missing"],
  ]) {
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
  await inspect(page, "menu-phone");
  await page.getByRole("link", { name: "Fleet" }).first().click();
  await page.getByRole("table").waitFor();
}

async function signOut(page) {
  await page.getByRole("button", { name: /Signed in as/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
}

await tell(story);
