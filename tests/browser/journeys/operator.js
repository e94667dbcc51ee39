// An operator: who stands where, what meters say, files of readings.
import { check, downloaded, ended } from "../lib.js";

export default {
  "goes from the floor plan to a rack and its meters": (site) => site.as("operator", async (page) => {
    await page.goto("/racks");
    check((await page.locator(".plan a").count()) > 0, `${site.setting}: the floor plan`);
    await page.click('main table a[href="/racks/A01"]');
    check((await page.locator("svg.elevation").count()) === 1, `${site.setting}: the elevation`);
    await page.locator('main table a[href^="/meters/A01"]').first().click();
    await page.waitForURL(/\/meters\/A01/);
    await page.goto("/meters?month=2026-10");
    const file = await downloaded(page, 'a[href*="meters.csv"]');
    check((await file.suggestedFilename()).endsWith(".csv"), `${site.setting}: meters as CSV`);
  }),

  "sees what raises an alarm": (site) => site.as("operator", async (page) => {
    await page.goto("/alarms");
    await page.locator('main table a[href^="/meters/"]').first().click();
    await page.waitForURL(/\/meters\//);
    await page.goto("/alarms?days=31");
    const file = await downloaded(page, 'a[href*="alarms.xlsx"]');
    check((await file.suggestedFilename()).endsWith(".xlsx"), `${site.setting}: alarms as a workbook`);
  }),

  "sends a file of readings and reads the report": (site) => site.as("operator", async (page) => {
    await page.goto("/readings");
    const text = "meter,at,value\nA01-EA,2026-11-02T00:00:00Z,99999.5\nNOBODY,2026-11-02T00:00:00Z,1\n";
    await page.setInputFiles("#file", { name: "novembre.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
    await page.click("main form button");
    await page.waitForURL(/\/readings\/import\/\d+$/);
    await ended(page);
    check((await page.textContent("main")).includes("NOBODY"), `${site.setting}: the refused line is told`);
  }),

  "corrects a reading with its reason": (site) => site.as("operator", async (page) => {
    await page.goto("/meters/A01-PA?month=2026-10");
    await page.locator('main a[href*="kind=correct"]').first().click();
    await page.fill("#value", site.language === "fr" ? "1,25" : "1.25");
    await page.fill("#reason", site.language === "fr" ? "Relevé contrôlé sur place" : "Read again on the spot");
    await page.click("main form button");
    check((await page.locator("main form input[name=confirm]").count()) === 1, `${site.setting}: it asks before it writes`);
    await page.click("main form button");
    await page.waitForURL(/\/meters\/A01-PA(\?|$)/);
    check((await page.locator(".notice-ok").count()) === 1, `${site.setting}: it says what was done`);
  }),
};
