// The picture in the README, taken from the running demo: an interruption while it is being answered.
// Usage: node e2e/picture.mjs --url URL --token TOKEN --shots ../docs
import { stat } from "node:fs/promises";

import { figures, findings, open, openSignedIn, options, tell } from "./browser.mjs";

const VIEW = { viewport: { width: 1180, height: 780 }, colorScheme: "light" };
const LARGEST_BYTES = 200_000;

async function picture(browser) {
  const page = await open(browser, VIEW);
  await openSignedIn(page);
  await page.getByRole("link", { name: "Fleet", exact: true }).first().click();
  await page.getByRole("row", { name: /Serving/ }).getByRole("rowheader").getByRole("link").first().click();
  await page.getByRole("button", { name: "Interrupt", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: /^Interrupt / }).click();
  await page.getByText("AWS is taking the instance.").waitFor();
  await page.getByRole("link", { name: "Follow this emergency on its own page" }).click();
  await page.locator('li[aria-current="step"]', { hasText: "Booted" }).waitFor();
  await page.waitForTimeout(1500);
  const path = `${options.shots}/dashboard.png`;
  await page.screenshot({ path });
  figures.bytes = (await stat(path)).size;
  if (figures.bytes > LARGEST_BYTES) findings.push(`the picture has ${figures.bytes} bytes`);
}

await tell(picture);
