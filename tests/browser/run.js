// The pages in a real browser: the journeys of finance, axe-core on every page, screenshots.
// Started by tests/browser.rs, which gives the address of a server over a small billed centre.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { chromium } from "playwright-core";

const { BASE, PASSWORD, CHROMIUM, SCREENSHOTS } = process.env;
const contracts = process.env.CONTRACTS.split(",");
const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
mkdirSync(SCREENSHOTS, { recursive: true });

const flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath: CHROMIUM, args: flags });
const failures = [];
const check = (condition, text) => { if (!condition) failures.push(text); };

async function context({ language = "fr", javaScriptEnabled = true, colorScheme = "light", width = 1280, height = 900, role = "finance" } = {}) {
  const made = await browser.newContext({
    baseURL: BASE, locale: language, javaScriptEnabled, colorScheme, viewport: { width, height }, acceptDownloads: true,
    extraHTTPHeaders: { "accept-language": language },
  });
  const page = await made.newPage();
  const expected = (message) => message.location().url.endsWith("/nothing");
  page.on("console", (message) => { if (message.type() === "error" && !expected(message)) failures.push(`${page.url()}: ${message.text()}`); });
  page.on("pageerror", (error) => failures.push(`${page.url()}: ${error}`));
  if (role) {
    await page.goto("/sign-in");
    await page.fill("#email", `${role}@example.org`);
    await page.fill("#password", PASSWORD);
    await page.click("main button");
    await page.waitForURL((url) => url.pathname === "/");
  }
  return { made, page };
}

async function journey(name, work) {
  const before = failures.length;
  try { await work(); } catch (error) { failures.push(`${name}: ${error.stack ?? error}`); }
  console.log(`${failures.length === before ? "ok    " : "FAILED"} ${name}`);
}

// A run without scripts is shown by loading its page again.
async function ended(page) {
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await page.locator("[data-progress]").count()) === 0) return;
    await page.waitForTimeout(200);
    await page.reload();
  }
  throw new Error("the run does not end");
}

// Sign in, see the home page, plan, issue one contract, open its invoice, follow a line to the readings, take the PDF.
async function finance(language, javaScriptEnabled, contract) {
  const { made, page } = await context({ language, javaScriptEnabled });
  const words = { fr: ["À faire aujourd’hui", "Calcul", "Les relevés donnent la quantité facturée"], en: ["To do today", "Calculation", "The readings give the quantity billed"] }[language];
  check((await page.textContent("main")).includes(words[0]), `${language}: home`);
  await page.click('nav.menu a[href="/billing"]');
  await page.click('a[href="/billing/2026-10"]');
  await page.click(`a[href="/billing/2026-10/issue?contract=${contract}"]`);
  await page.click("main form button");
  await page.waitForURL(/\/billing\/runs\/\d+$/);
  await ended(page);
  await page.click('main table a[href^="/invoices/DC"]');
  const number = page.url().split("/").pop();
  // The first line that rests on meters.
  const lines = await page.locator("main table a[href*='/lines/']").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  for (const line of lines) {
    await page.goto(line);
    if ((await page.locator("svg.chart").count()) === 1) break;
  }
  check((await page.textContent("main")).includes(words[1]), `${language}: calculation`);
  check((await page.locator("svg.chart").count()) === 1, `${language}: chart`);
  await page.locator("main table").last().locator("tbody tr").nth(4).locator("a").first().click();
  check((await page.textContent("main")).includes(words[2]), `${language}: readings, ${page.url()}`);
  await page.goto(`/invoices/${number}`);
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(`a[href="/invoices/${number}.pdf"]`)]);
  check(readFileSync(await download.path()).subarray(0, 5).toString() === "%PDF-", `${language}: the PDF`);
  await made.close();
}

// Tab to what `matches`, then press a key.
async function tabTo(page, selector, key = "Enter") {
  for (let steps = 0; steps < 200; steps += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) {
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
      check(outline !== "none", `no focus ring on ${selector}`);
      if (key) await page.keyboard.press(key);
      return;
    }
  }
  throw new Error(`the keyboard does not reach ${selector} on ${page.url()}`);
}

async function keyboardOnly(contract) {
  const { made, page } = await context({ role: null });
  await page.goto("/sign-in");
  await tabTo(page, "#email", null);
  await page.keyboard.type("finance@example.org");
  await tabTo(page, "#password", null);
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname === "/");
  await page.keyboard.press("Tab");
  check(await page.evaluate(() => document.activeElement.className === "skip"), "the first stop skips to the content");
  await tabTo(page, 'a[href="/billing"]');
  await page.waitForURL(/\/billing$/);
  await tabTo(page, 'a[href="/billing/2026-10"]');
  await page.waitForURL(/2026-10$/);
  await tabTo(page, `a[href="/billing/2026-10/issue?contract=${contract}"]`);
  await page.waitForURL(/issue/);
  await tabTo(page, "main form button");
  await page.waitForURL(/\/billing\/runs\/\d+$/);
  await page.locator('main table a[href^="/invoices/DC"]').waitFor({ timeout: 20_000 });
  await tabTo(page, 'main table a[href^="/invoices/DC"]');
  await page.waitForURL(/\/invoices\/DC/);
  const downloaded = page.waitForEvent("download");
  await tabTo(page, 'a[href$=".pdf"]');
  check((await (await downloaded).suggestedFilename()).endsWith(".pdf"), "the keyboard downloads the PDF");
  await page.goto("/invoices");
  await page.keyboard.press("/");
  check(await page.evaluate(() => document.activeElement.type === "search"), "/ goes to the search");
  await page.locator("main tbody th a").first().focus();
  await page.keyboard.press("j");
  const second = await page.locator("main tbody th a").nth(1).evaluate((link) => link === document.activeElement);
  check(second, "j goes to the next row");
  await made.close();
}

async function tenant() {
  const { made, page } = await context({ role: "tenant" });
  await page.click('main table a[href^="/invoices/DC"]');
  await page.click("main table a[href*='/lines/']:has-text('nergie')");
  await page.locator("main table").last().locator("tbody tr").first().locator("a").first().click();
  check((await page.textContent("main")).includes("Les relevés donnent"), "a tenant follows a line");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click('a[href*="readings.csv"]')]);
  check(readFileSync(await download.path(), "utf8").includes("Compteur;"), "a tenant's readings as CSV");
  await made.close();
}

const issued = (await fetchList()).issued;
async function fetchList() {
  const { made, page } = await context();
  await page.goto("/invoices?status=issued&sort=number");
  const issued = await page.locator("main tbody th a").first().getAttribute("href");
  await page.goto(issued);
  const line = await page.locator("main table a[href*='/lines/']:has-text('nergie')").first().getAttribute("href");
  await made.close();
  return { issued: { page: issued, line } };
}

const pages = () => ({
  "sign-in": ["/sign-in", null],
  home: ["/"],
  "home-tenant": ["/", "tenant"],
  "home-auditor": ["/", "auditor"],
  invoices: ["/invoices"],
  "invoices-overdue": ["/invoices?status=overdue"],
  "invoices-nothing": ["/invoices?q=nothing"],
  invoice: [issued.page],
  line: [issued.line],
  readings: [`${issued.line}/readings`],
  mail: [`${issued.page}/mail`],
  notices: ["/notices"],
  billing: ["/billing"],
  plan: ["/billing/2026-10"],
  "plan-unfinished": ["/billing/2026-11"],
  issue: ["/billing/2026-10/issue"],
  run: ["/billing/runs/1"],
  tenants: ["/tenants"],
  tenant: ["/tenants/aphp"],
  amortisation: ["/amortisation"],
  "not-found": ["/nothing"],
  ...Object.fromEntries((process.env.MORE_PAGES ?? "").split(",").filter(Boolean).map((one) => [one.slice(1).replaceAll("/", "-"), [one]])),
});

async function look(name, address, page, setting) {
  await page.goto(address);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  check(wide <= 0, `${name} ${setting}: ${wide} px too wide`);
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], iframes: false }));
  for (const violation of found.violations) {
    failures.push(`${name} ${setting}: ${violation.id}: ${violation.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
  }
}

async function accessible() {
  for (const language of ["fr", "en"]) for (const colorScheme of ["light", "dark"]) for (const width of [1280, 640, 320]) {
    const setting = `${language} ${colorScheme} ${width}`;
    await journey(`axe ${setting}`, async () => {
      for (const role of [null, "finance", "tenant", "auditor"]) {
        const { made, page } = await context({ language, colorScheme, width, role });
        for (const [name, [address, wanted = "finance"]] of Object.entries(pages())) {
          if (wanted !== role) continue;
          await look(name, address, page, setting);
        }
        await made.close();
      }
    });
  }
}

async function menuOnNarrow() {
  const { made, page } = await context({ width: 390 });
  check(!(await page.locator("nav.menu").isVisible()), "the menu is closed on a narrow screen");
  await page.click(".menu-button");
  check(await page.locator("nav.menu").isVisible(), "the menu opens");
  await page.screenshot({ path: path.join(SCREENSHOTS, "menu-390.png") });
  await page.keyboard.press("Escape");
  check(!(await page.locator("nav.menu").isVisible()), "Escape closes the menu");
  await made.close();
}

async function screenshots() {
  for (const [width, colorScheme] of [[1440, "light"], [390, "light"], [1440, "dark"]]) {
    const open = {};
    for (const [name, [address, role = "finance"]] of Object.entries(pages())) {
      open[role] ??= await context({ width, role, colorScheme });
      const { page } = open[role];
      await page.goto(address);
      const suffix = colorScheme === "dark" ? "-dark" : "";
      await page.screenshot({ path: path.join(SCREENSHOTS, `${name}-${width}${suffix}.png`), fullPage: true });
    }
    for (const { made } of Object.values(open)) await made.close();
  }
}

await journey("finance, French", () => finance("fr", true, contracts[0]));
await journey("finance, English, without JavaScript", () => finance("en", false, contracts[1]));
await journey("a tenant's own invoice", tenant);
await journey("the menu on a narrow screen", menuOnNarrow);
await accessible();
await journey("screenshots", screenshots);
await journey("keyboard only", () => keyboardOnly(contracts[2]));
await browser.close();
for (const failure of failures) console.log(`- ${failure}`);
process.exit(failures.length === 0 ? 0 : 1);
