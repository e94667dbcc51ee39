// An auditor: reads everything, takes files away, changes nothing.
import { check, downloaded } from "../lib.js";

export default {
  "takes the depreciation plan in every format": (site) => site.as("auditor", async (page) => {
    await page.goto("/amortisation");
    for (const format of ["pdf", "xlsx", "csv"]) {
      const file = await downloaded(page, `main a[href*="format=${format}"]`);
      check((await file.suggestedFilename()).endsWith(`.${format}`), `${site.setting}: ${format}`);
    }
  }),

  "follows a plan's figure to its posting and the journal": (site) => site.as("auditor", async (page) => {
    await page.goto("/amortisation");
    await page.locator('main table a[href^="/amortisation/2019-0042"]').first().click();
    await page.waitForURL(/\/amortisation\/2019-0042/);
    check((await page.locator("main h2").count()) >= 5, `${site.setting}: components, plan, events, papers, funding`);
    await page.locator("main #months ~ div a, main table a[href*='year=']").first().click();
    await page.waitForURL(/year=/);
    await page.goto("/amortisation/2019-0042?known_on=2000-01-01");
    check((await page.locator("main .notice").count()) === 2, `${site.setting}: as known on a day, and not known then`);
    check((await page.locator("main table").count()) === 0, `${site.setting}: nothing is shown of what was not known`);
    await page.goto("/reports/movements?year=2026");
    check((await page.locator("main svg").count()) === 1, `${site.setting}: the chart of movements`);
    const file = await downloaded(page, 'main a[href*="format=xlsx"]');
    check(/^(movements|mouvements)-2026/.test(await file.suggestedFilename()), `${site.setting}: movements`);
  }),

  "takes the trail away as it is filtered": (site) => site.as("auditor", async (page) => {
    await page.goto("/audit");
    await page.selectOption("#action", "invoice.issued");
    await page.click("main form.filter button");
    await page.waitForURL(/action=invoice\.issued/);
    for (const format of ["csv", "xlsx", "pdf"]) {
      const file = await downloaded(page, `main a[href^="/audit/trail.${format}"]`);
      check((await file.suggestedFilename()).endsWith(`.${format}`), `${site.setting}: the trail as ${format}`);
    }
  }),

  "asks for a pack, waits and takes it": (site) => site.as("auditor", async (page) => {
    await page.goto("/audit/verify");
    await page.click('main form[action="/audit/packs"] button');
    await page.waitForURL(/\/audit\/packs\/\d+/);
    for (let look = 0; look < 60 && (await page.locator('main a[href$="/file"]').count()) === 0; look += 1) {
      await page.waitForTimeout(1000);
      if (!site.javaScriptEnabled) await page.reload();
    }
    const file = await downloaded(page, 'main a[href$="/file"]');
    check((await file.suggestedFilename()) === `chapelle-${site.language === "fr" ? "preuves" : "evidence"}-2026.zip`, `${site.setting}: the pack`);
  }),

  "goes from the balance to an account": (site) => site.as("auditor", async (page) => {
    await page.goto("/journal/balance");
    await page.locator('main table a[href*="/journal/accounts/"]').first().click();
    await page.waitForURL(/\/journal\/accounts\//);
    check((await page.locator("main tbody tr").count()) > 0, `${site.setting}: entries of the account`);
  }),

  "draws a sample and reads an invoice's sheet": (site) => site.as("auditor", async (page) => {
    await page.goto("/audit");
    check((await page.locator("main tbody tr").count()) > 0, `${site.setting}: the trail`);
    await page.click('main a[href="/audit/verify"]');
    await downloaded(page, 'main a[href="/audit/verify.py"]');
    await page.goto("/audit/sample?kind=invoices&method=mus&size=2&seed=s&year=2026");
    await page.locator('main a[href*="/audit/sample/sheet/"]').first().click();
    await page.waitForURL(/\/audit\/sample\/sheet\//);
    check((await page.locator("main table").count()) > 0, `${site.setting}: the sheet`);
  }),

  "finds no way to change anything": (site) => site.as("auditor", async (page) => {
    await page.goto("/invoices");
    await page.locator("main tbody th a").first().click();
    check((await page.locator("main form[method=post]").count()) === 0, `${site.setting}: a form that writes`);
  }),
};
