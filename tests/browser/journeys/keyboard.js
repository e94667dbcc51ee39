// With the keyboard alone: a month is issued, an invoice found and taken.
import { check, signIn, tabTo } from "../lib.js";

export default {
  "signs in and skips to the content": async (site) => {
    const page = await site.open({ role: null });
    await page.goto("/sign-in");
    await tabTo(page, "#email", null);
    await page.keyboard.type("finance@example.org");
    await tabTo(page, "#password", null);
    await page.keyboard.type(process.env.PASSWORD);
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.pathname === "/");
    await page.keyboard.press("Tab");
    check(await page.evaluate(() => document.activeElement.className === "skip"), "the first stop skips to the content");
    await page.keyboard.press("Enter");
    check(await page.evaluate(() => document.activeElement.id === "content"), "the skip link leads to the content");
    await page.context().close();
  },

  "issues a month": (site) => site.as("finance", async (page) => {
    await page.goto("/");
    await tabTo(page, 'a[href="/billing"]');
    await page.waitForURL(/\/billing$/);
    await tabTo(page, 'a[href="/billing/2026-10"]');
    await page.waitForURL(/2026-10$/);
    await tabTo(page, 'a[href="/billing/2026-10/issue"]');
    await page.waitForURL(/issue$/);
    await tabTo(page, "main form button");
    await page.waitForURL(/\/billing\/runs\/\d+$/);
    await page.locator("[data-progress]").waitFor({ state: "detached", timeout: 30_000 });
    const issued = await page.locator('main table a[href^="/invoices/DC"]').count();
    check(issued >= 3, `the keyboard issues every contract of the month: ${issued}`);
  }),

  "finds an invoice and downloads it": (site) => site.as("finance", async (page) => {
    await page.goto("/invoices");
    await page.keyboard.press("/");
    check(await page.evaluate(() => document.activeElement.type === "search"), "/ goes to the search");
    await page.keyboard.type("DC2026");
    await page.keyboard.press("Enter");
    await page.waitForURL(/q=DC2026/);
    await tabTo(page, "main tbody th a", null);
    await page.keyboard.press("j");
    const second = await page.locator("main tbody th a").nth(1).evaluate((link) => link === document.activeElement);
    check(second, "j goes to the next row");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/invoices\/DC/);
    const download = page.waitForEvent("download");
    await tabTo(page, 'a[href$=".pdf"]');
    check((await (await download).suggestedFilename()).endsWith(".pdf"), "the keyboard downloads the PDF");
  }),

  "opens and closes the menu of a narrow screen": (site) => site.as("finance", async (page) => {
    await page.goto("/");
    check(!(await page.locator("nav.menu").isVisible()), "the menu is closed on a narrow screen");
    await tabTo(page, ".menu-button");
    check(await page.locator("nav.menu").isVisible(), "the menu opens");
    await page.keyboard.press("Escape");
    check(!(await page.locator("nav.menu").isVisible()), "Escape closes the menu");
    check(await page.evaluate(() => document.activeElement.className === "menu-button"), "the focus goes back to the button");
  }, { width: 390 }),

  "is told before the session ends, and stays": (site) => site.as("finance", async (page) => {
    await page.clock.install();
    await page.goto("/invoices");
    const notice = page.locator("[data-session]");
    check(!(await notice.isVisible()), "nothing is said while there is time");
    await page.clock.fastForward("01:50:01");
    await notice.waitFor({ state: "visible" });
    await tabTo(page, "[data-session] button");
    await notice.waitFor({ state: "hidden" });
  }),

  "sees the running day renew itself": (site) => site.as("tenant", async (page) => {
    await page.clock.install();
    await page.goto("/usage?month=2026-11");
    const again = page.waitForRequest((request) => new URL(request.url()).pathname === "/usage");
    await page.clock.fastForward("01:01");
    await again;
  }),

  "leaves every page it tabs through": async (site) => {
    const page = await site.open({ role: null });
    await signIn(page, "finance");
    for (const address of ["/billing/2026-10", "/invoices", "/racks", "/usage"]) {
      await page.goto(address);
      await page.evaluate(() => document.querySelector("footer").insertAdjacentHTML("beforeend", '<a id="end" href="#end">.</a>'));
      await tabTo(page, "#end", null);
    }
    await page.context().close();
  },
};
