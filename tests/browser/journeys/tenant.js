// A tenant: what they owe, why, what they use, and what the running month may cost.
import { readFileSync } from "node:fs";
import { check, downloaded } from "../lib.js";

const VERDICT = { fr: "Les relevés donnent", en: "The readings give" };

export default {
  "takes an invoice, its XML and the readings behind it": (site) => site.as("tenant", async (page) => {
    await page.goto("/");
    // The newest may be a credit note, which has no readings behind it.
    await page.locator('main table th a[href^="/invoices/DC"]').last().click();
    const pdf = await downloaded(page, 'a[href$=".pdf"]');
    check(readFileSync(await pdf.path()).subarray(0, 5).toString() === "%PDF-", `${site.setting}: the PDF`);
    const xml = await downloaded(page, 'a[href$=".xml"]');
    check(readFileSync(await xml.path(), "utf8").includes("CrossIndustryInvoice"), `${site.setting}: the XML`);
    await page.click("main table a[href*='/lines/']:has-text('nerg')");
    await page.locator("main table").last().locator("tbody tr").first().locator("a").first().click();
    check((await page.textContent("main")).includes(VERDICT[site.language]), `${site.setting}: the verdict of a day`);
    const readings = await downloaded(page, 'a[href*="readings.csv"]');
    const separator = { fr: ";", en: "," }[site.language];
    check(readFileSync(await readings.path(), "utf8").split("\n")[0].split(separator).length > 2, `${site.setting}: readings as CSV`);
  }),

  "sees the usage of a month and of a day": (site) => site.as("tenant", async (page) => {
    await page.goto("/usage?month=2026-10");
    check((await page.locator("main svg.chart").count()) > 0, `${site.setting}: charts of the month`);
    await page.locator("main tbody th a").first().click();
    await page.waitForURL(/day=2026-10-01/);
    check((await page.locator("main tbody tr").count()) > 100, `${site.setting}: the ten minutes of a day`);
    await page.goto("/usage/estimate?month=2026-10");
    check((await page.locator("main tbody tr").count()) > 0, `${site.setting}: the estimate has lines`);
  }),

  "reads the contract, and nobody else's": (site) => site.as("tenant", async (page) => {
    await page.goto("/contracts");
    await page.locator('main a[href^="/contracts/"]').first().click();
    check(page.url().endsWith("/contracts/AP-2026"), `${site.setting}: the own contract`);
    const other = await page.goto("/contracts/EDP-2026");
    check(other.status() === 404, `${site.setting}: another's contract is not there`);
  }, { faults: [404] }),
};
