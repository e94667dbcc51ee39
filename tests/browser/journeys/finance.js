// Finance: from what waits today to an issued invoice, and from its amount back to the readings.
import { readFileSync } from "node:fs";
import { check, downloaded, ended } from "../lib.js";

const WORDS = {
  fr: { work: "À faire aujourd’hui", calculation: "Calcul", verdict: "Les relevés donnent la quantité facturée" },
  en: { work: "To do today", calculation: "Calculation", verdict: "The readings give the quantity billed" },
};

export default {
  "issues a contract and follows a line to its readings": (site) => site.as("finance", async (page) => {
    const words = WORDS[site.language];
    check((await page.goto("/")).ok() && (await page.textContent("main")).includes(words.work), `${site.setting}: home`);
    await page.click('nav.menu a[href="/billing"]');
    await page.click('a[href="/billing/2026-10"]');
    await page.click('a[href="/billing/2026-10/issue?contract=EDP-2026"]');
    await page.click("main form button");
    await page.waitForURL(/\/billing\/runs\/\d+$/);
    await ended(page);
    await page.click('main table a[href^="/invoices/DC"]');
    const number = page.url().split("/").pop();
    await toLineWithMeters(page);
    check((await page.textContent("main")).includes(words.calculation), `${site.setting}: calculation`);
    await page.locator("main table").last().locator("tbody tr").nth(4).locator("a").first().click();
    check((await page.textContent("main")).includes(words.verdict), `${site.setting}: readings, ${page.url()}`);
    await page.goto(`/invoices/${number}`);
    const file = await downloaded(page, `a[href="/invoices/${number}.pdf"]`);
    check(readFileSync(await file.path()).subarray(0, 5).toString() === "%PDF-", `${site.setting}: the PDF`);
  }),

  "finds an invoice and takes the list away": (site) => site.as("finance", async (page) => {
    await page.goto("/invoices?status=issued");
    const number = await page.locator("main tbody th a").first().textContent();
    await page.fill("input[type=search]", number.trim());
    await page.press("input[type=search]", "Enter");
    await page.waitForURL(/q=DC/);
    check((await page.locator("main tbody tr").count()) === 1, `${site.setting}: the search finds one`);
    const file = await downloaded(page, 'a[href*="list.csv"]');
    const lines = readFileSync(await file.path(), "utf8").trim().split("\r\n");
    check(lines.length === 2 && lines[1].includes(number.trim()), `${site.setting}: the list holds what is shown: ${lines}`);
  }),

  "reads the mail of an invoice": (site) => site.as("finance", async (page) => {
    await page.goto("/invoices?status=issued");
    await page.locator("main tbody th a").first().click();
    await page.locator('main a[href$="/mail"]').first().click();
    check((await page.locator("iframe").count()) === 1, `${site.setting}: the mail is shown`);
  }),
};

// The first line of the invoice shown that rests on meters.
async function toLineWithMeters(page) {
  const lines = await page.locator("main table a[href*='/lines/']").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  for (const line of lines) {
    await page.goto(line);
    if ((await page.locator("svg.chart").count()) === 1) return;
  }
  throw new Error(`no line of ${page.url()} has a chart`);
}
