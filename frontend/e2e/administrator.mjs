// The administrator's story on a running demo: sign in, see how the platform stands, look at a client, search, read the API.
// Nothing is switched and nothing is made; a client's seat is taken and left again. Usage as story.mjs, with the administrator's token.
import { VIEWS, figures, findings, inspect, open, options, shot, tell } from "./browser.mjs";

const PAGES = [
  ["/admin", "platform"],
  ["/admin/clients", "clients"],
  ["/admin/search?q=web", "search"],
  ["/admin/figures", "figures"],
  ["/admin/log", "log"],
  ["/models", "administrators-models"],
  ["/api-reference", "reference"],
];

async function administrator(browser) {
  const page = await open(browser, VIEWS.light);
  await signIn(page);
  const client = await lookAtClient(page);
  await readOverview(page);
  await search(page);
  await readReference(page);
  await readFigures(page);
  await readTheLog(page);
  await actForAClient(page);
  await narrow(page);
  await readSwitch(page);
  await leaveNewClient(page);
  const storage = await page.evaluate(() => JSON.stringify({ ...sessionStorage }));
  const cookies = await page.context().cookies();
  for (const [name, view] of Object.entries(VIEWS)) await lookAround(browser, name, view, cookies, storage);
  figures.client = client;
  await signOut(page);
}

async function signIn(page) {
  const began = Date.now();
  await page.goto(`${options.url}/#token=${options.token}`);
  await page.getByRole("heading", { level: 1, name: /platform stands|(is|are) (degraded|critical)/ }).waitFor({ timeout: 20_000 });
  figures.platform_shown_ms = Date.now() - began;
  if (!page.url().endsWith("/admin")) findings.push(`the administrator begins at ${page.url()}`);
  for (const name of ["Components", "Queues", "Jobs"]) await page.getByRole("region", { name }).waitFor();
  await page.getByRole("region", { name: "Components" }).getByText("Unknown").first().waitFor();
}

async function lookAtClient(page) {
  await page.getByRole("link", { name: "Clients", exact: true }).click();
  const row = page.getByRole("row", { name: /Demo/ });
  await row.waitFor();
  if (await page.getByText(/soc_[A-Za-z0-9_-]{20,}/).count()) findings.push("the list of clients shows a whole token");
  await page.keyboard.press("/");
  await page.keyboard.type("demo");
  await page.getByRole("button", { name: "Look at it (Demo)" }).click();
  await page.getByRole("heading", { level: 1, name: /serve|risk|interrupted/ }).waitFor();
  return row ? "Demo" : null;
}

async function readOverview(page) {
  for (const name of ["What it costs and saves", "What happened"]) await page.getByRole("region", { name, exact: true }).waitFor();
  await page.getByRole("link", { name: "Fleet", exact: true }).click();
  await page.getByRole("rowheader").first().getByRole("link").click();
  await page.getByRole("heading", { level: 1 }).waitFor();
  if (await page.getByRole("button", { name: "Interrupt" }).count()) findings.push("the administrator is offered to interrupt a client");
}

async function search(page) {
  await page.getByRole("link", { name: "Search", exact: true }).click();
  await page.getByLabel("Search over all clients").fill("web-sh");
  await page.getByRole("region", { name: "Workloads" }).getByRole("link", { name: "web-shop" }).click();
  await page.getByRole("heading", { level: 1, name: "web-shop" }).waitFor();
}

async function readReference(page) {
  await page.getByRole("link", { name: "API", exact: true }).click();
  await page.getByLabel("Find a call").fill("termination");
  const emergency = page.getByRole("region", { name: "Emergency" });
  await emergency.getByText("/api/agents/{agent_id}/termination-notice").click();
  await emergency.getByText("Needs X-Request-ID").waitFor();
  await inspect(page, "reference-open");
}

async function readFigures(page) {
  await page.getByRole("link", { name: "Figures", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Figures" }).waitFor();
  await page.getByRole("heading", { level: 3, name: /^Interruptions/ }).waitFor();
}

// What is filtered away by a level nobody wrote at comes back with the filter's end.
async function readTheLog(page) {
  await page.getByRole("link", { name: "Log", exact: true }).click();
  const lines = page.getByRole("list", { name: "Lines, newest first" });
  await lines.getByRole("listitem").filter({ hasText: /launch i-/ }).first().waitFor({ timeout: 30_000 });
  await page.getByLabel("Says").fill("nobody ever says this");
  await page.getByText("No line is like this").waitFor();
  await page.getByLabel("Says").fill("launch");
  await lines.getByRole("listitem").first().waitFor();
}

// Why is asked first; then the pages are the client's, under a banner, without what gives out secrets.
async function actForAClient(page) {
  await page.getByRole("link", { name: "Clients", exact: true }).click();
  await page.getByRole("button", { name: "Act for it … (Demo)" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Why").fill("looking into a question of its owner");
  await inspect(page, "act-for-a-client");
  await page.keyboard.press("Enter");
  const banner = page.getByText(/You act for/);
  await banner.waitFor();
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await page.getByText("Only the client itself is given an enrolment token.").waitFor();
  await inspect(page, "acting-settings");
  if (await page.getByRole("link", { name: "Platform", exact: true }).count()) findings.push("who acts for a client sees the platform's pages");
  await page.getByRole("button", { name: "Stop acting" }).click();
  await page.getByRole("link", { name: "Platform", exact: true }).waitFor();
  await banner.waitFor({ state: "detached" });
}

// The rail keeps its words for those who cannot see them.
async function narrow(page) {
  await page.getByRole("button", { name: "Icons only" }).click();
  await page.getByRole("link", { name: "Platform", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: /platform stands|(is|are) (degraded|critical)/ }).waitFor();
  await inspect(page, "platform-narrow-rail");
  await page.getByRole("button", { name: "Show the words" }).click();
}

// The dialog is read, not obeyed.
async function readSwitch(page) {
  const button = page.getByRole("button", { name: /SAFE MODE/ });
  if ((await button.count()) === 0) return;
  await button.click();
  await page.getByRole("dialog").waitFor();
  await inspect(page, "safe-mode-dialog");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
}

async function leaveNewClient(page) {
  await page.getByRole("link", { name: "Clients", exact: true }).click();
  await page.getByRole("button", { name: "New client" }).click();
  await page.getByRole("dialog").waitFor();
  await page.getByLabel("Name").waitFor();
  await inspect(page, "new-client");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
}

async function lookAround(browser, name, view, cookies, storage) {
  const page = await open(browser, view, cookies);
  await page.addInitScript((kept) => Object.assign(sessionStorage, JSON.parse(kept)), storage);
  for (const [path, title] of name === "zoomed" ? PAGES.slice(0, 1) : PAGES) {
    await page.goto(options.url + path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForTimeout(600);
    await inspect(page, `${title}-${name}`);
  }
  if (name === "phone") {
    await page.getByRole("button", { name: "Open the menu" }).click();
    await page.waitForTimeout(400);
    await shot(page, "administrators-menu-phone");
  }
  await page.context().close();
}

async function signOut(page) {
  await known(page, "any-auth-gateway-unique-indep-run-route");
  await page.getByRole("button", { name: /Signed in as/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).waitFor();
  await known(page, "any-auth-button-reuse-dep-click-logout");
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
}

// The names under which others know parts of the frame.
async function known(page, id) {
  if ((await page.locator(`[data-feature-id="${id}"]`).count()) !== 1) findings.push(`${id} is not found where it is mounted`);
}

await tell(administrator);
