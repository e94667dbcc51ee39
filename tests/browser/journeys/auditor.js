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
