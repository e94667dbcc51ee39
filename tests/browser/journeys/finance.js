// Finance: from what waits today to an issued invoice, and from its amount back to the readings.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { check, downloaded, ended } from "../lib.js";

const WORDS = {
  fr: { work: "À faire aujourd’hui", calculation: "Calcul", verdict: "Les relevés donnent la quantité facturée" },
  en: { work: "To do today", calculation: "Calculation", verdict: "The readings give the quantity billed" },
};

/** Posts what is due of fixed assets, if anything is. */
async function postDepreciation(page) {
  await page.goto("/amortisation");
  await page.click('main a[href="/amortisation/post"]');
  if ((await page.locator("main tbody tr").count()) > 0) {
    await page.locator("main form button").last().click();
    await page.waitForURL(/\/amortisation$/);
  }
}

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

  "sees each contract of a run as it is done": (site) => site.as("finance", async (page) => {
    if (!site.javaScriptEnabled) return;
    // A run of the small centre is over too soon to be looked at: its page is kept as it was on the way.
    const [run] = await page.goto("/billing").then(() => page.locator('main a[href^="/billing/runs/"]').all());
    const address = await run.getAttribute("href");
    const over = await (await page.request.get(address)).text();
    const table = over.match(/<div class="scroll"[^]*?<\/table>\s*<\/div>/)[0];
    const going = (part) => over.replace(table, `<div data-progress="${address}/events"><progress max="1" value="0"></progress><p data-progress-text></p></div><div data-progress-part>${part}</div>`);
    const steps = ["", table.replaceAll(/<td class="whole">[^]*?<\/td>/g, '<td class="whole">–</td>'), table];
    let looked = 0;
    await page.route(`**${address}`, (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body: going(steps[Math.min(looked++, 2)]) }));
    await page.route(`**${address}/events`, (route) => route.fulfill({ contentType: "text/event-stream", body: `retry: 300\nevent: progress\ndata: {"done":${looked},"total":9,"text":"${looked} / 9"}\n\n` }));
    await page.goto(address);
    await page.evaluate(() => { window.isSame = true; });
    const first = page.locator("[data-progress-part] tbody th a").first();
    await first.waitFor();
    await first.focus();
    await page.locator('[data-progress-part] a[href^="/invoices/DC"]').first().waitFor();
    check(await first.evaluate((link) => link === document.activeElement), `${site.setting}: who stands in a row stays there`);
    check((await page.textContent("[data-progress-text]")).endsWith("/ 9"), `${site.setting}: the progress is told`);
    check(await page.evaluate(() => window.isSame === true), `${site.setting}: the page was not loaded again`);
    await page.unrouteAll({ behavior: "ignoreErrors" });
  }),

  "adds a line to a draft, with its reason": (site) => site.as("finance", async (page) => {
    await page.goto("/billing/2026-10/drafts/AP-2026");
    await page.click('main a[href$="/manual"]');
    await page.fill("#fr", "Intervention de nuit");
    await page.fill("#quantity", "2,5");
    await page.selectOption("#unit", "hour");
    await page.fill("#price", "80");
    await page.fill("#reason", "Demandée par courrier");
    await page.click("main form button");
    check((await page.textContent("main")).includes("Intervention de nuit"), `${site.setting}: the line is shown before it is added`);
    await page.click("main form button");
    await page.waitForURL(/\/drafts\/AP-2026$/);
    check((await page.textContent("main")).includes("Demandée par courrier"), `${site.setting}: the draft shows the reason`);
  }),

  "posts depreciation after seeing its entries, and records an event": (site) => site.as("finance", async (page) => {
    await postDepreciation(page);
    await page.goto("/amortisation/post");
    check((await page.locator("main tbody tr").count()) === 0, `${site.setting}: nothing is left to post`);
    await page.goto("/amortisation/2019-0042");
    await page.click('main a[href$="/events/new"]');
    await page.click('main a[href$="?kind=impair"]');
    await page.selectOption("#event_component", "gros-oeuvre");
    await page.fill("#event_amount", "99000000");
    await page.fill("#event_on", "2026-11-30");
    await page.fill("#reason", "Infiltration");
    await page.locator('main form button:not(.hidden)').last().click();
    const refusal = await page.textContent("#errors");
    check(refusal.includes(site.language === "fr" ? "au plus" : "at most"), `${site.setting}: the refusal shows its arithmetic: ${refusal}`);
    await page.fill("#event_amount", "1000");
    await page.locator('main form button:not(.hidden)').last().click();
    check((await page.textContent("main")).includes("6816"), `${site.setting}: its entry is shown before it is recorded`);
    await page.click('main form button[value="save"]');
    await page.waitForURL(/\/amortisation\/2019-0042$/);
    check((await page.textContent("main")).includes("Infiltration"), `${site.setting}: the event is on the asset's page`);
  }, { faults: [422] }),

  "closes a month and opens it again with a reason": (site) => site.as("finance", async (page) => {
    await postDepreciation(page);
    await page.goto("/journal");
    await page.click('main a[href="/journal/periods"]');
    await page.click('main a[href="/journal/periods/2026-02/close"]');
    await page.click("main form button");
    await page.waitForURL(/\/journal\/periods$/);
    await page.click('main a[href="/journal/periods/2026-02/reopen"]');
    await page.fill("#reason", "Facture oubliée");
    await page.click("main form button");
    await page.waitForURL(/\/journal\/periods$/);
    check((await page.locator('main a[href="/journal/periods/2026-02/close"]').count()) === 1, `${site.setting}: it is open again`);
  }),

  "takes an amount of a line back": (site) => site.as("finance", async (page) => {
    await page.goto("/invoices?status=open&sort=number");
    await page.locator("main tbody th a").first().click();
    await page.click('main a[href$="/credit"]');
    await page.uncheck("#whole");
    await page.check("#line-1");
    await page.fill("#amount-1", "1,50");
    await page.fill("#reason", "Geste commercial");
    await page.click("main form button");
    check((await page.textContent("main tfoot")).includes(site.language === "fr" ? "1,80" : "1.80"), `${site.setting}: the credit note is shown before it is issued`);
    await page.click("main form button");
    await page.waitForURL(/\/invoices\/DC\d+$/);
    check((await page.textContent("main h1")).includes(site.language === "fr" ? "Avoir" : "Credit note"), `${site.setting}: the credit note`);
  }),

  "records a payment and reads a statement": (site) => site.as("finance", async (page) => {
    await page.goto("/invoices?status=open&sort=-number");
    await page.locator("main tbody th a").first().click();
    await page.click('main a[href^="/payments/record"]');
    await page.fill("#amount", "10");
    await page.click("main form button");
    await page.click("main form button");
    await page.waitForURL(/\/invoices\/DC\d+$/);
    check((await page.textContent("main")).includes("REG-2026-000001"), `${site.setting}: the payment stands on its invoice`);
    await page.goto("/payments/import");
    await page.setInputFiles("#file", fileURLToPath(new URL("../../fixtures/statement.camt053.xml", import.meta.url)));
    await page.click("main form button");
    await page.waitForURL(/\/payments\/statements\/\d+$/);
    check((await page.locator("main tbody tr").count()) === 3, `${site.setting}: the statement's receipts`);
    await page.goto("/payments/receipts");
    await page.locator("main summary").first().click();
    await page.locator("main details input[name=reason]").first().fill("Remboursement d’un fournisseur");
    await page.locator("main details button").first().click();
    await page.waitForURL(/\/payments\/receipts$/);
    check((await page.locator("main tbody tr").count()) === 2, `${site.setting}: one receipt is set aside`);
    await page.goto("/dunning");
    check((await page.locator("main h1").count()) === 1, `${site.setting}: reminders`);
  }),

  "keeps money a tenant sent without an invoice": (site) => site.as("finance", async (page) => {
    await page.goto("/tenants/aphp/on-account");
    await page.locator('main a[href$="/on-account/keep"]').click();
    await page.fill("#amount", "12,50");
    await page.fill("#reference", "VIR SANS OBJET");
    await page.locator("main form button").click();
    await page.locator("main form button").click();
    await page.waitForURL(/\/on-account$/);
    check((await page.locator("main tbody tr").count()) === 1, `${site.setting}: it is on account`);
    await page.locator('main a[href$="/correct"]').click();
    check((await page.locator("#reason").count()) === 1, `${site.setting}: it can be taken back`);
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
