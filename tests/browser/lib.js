// What journeys and looks share: one browser, people signed in once per site, and a list of what went wrong.
import { AsyncLocalStorage } from "node:async_hooks";
import { chromium } from "playwright-core";

const { PASSWORD, CHROMIUM } = process.env;
const flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
export const browser = await chromium.launch({ executablePath: CHROMIUM, args: flags });

// What failed, and in which of the steps that run side by side.
export const failures = [];
const current = new AsyncLocalStorage();
export const fail = (text, step = current.getStore()) => {
  failures.push(text);
  if (step) step.failed = true;
};
export const check = (condition, text) => { if (!condition) fail(text); };

// What the browser asks of itself: its PDF viewer, and what is written into a page.
const BUILT_IN = ["data:", "blob:", "chrome:", "chrome-extension:"];

// A copy of the billed centre with a server of its own, as one person in one language sees it.
export class Site {
  #sessions = new Map();

  constructor({ base, language = "fr", javaScriptEnabled = true }) {
    Object.assign(this, { base, language, javaScriptEnabled });
  }

  // What this site calls itself where something fails.
  get setting() { return `${this.language}${this.javaScriptEnabled ? "" : ", without JavaScript"}`; }

  // A page of a new context. `role` is signed in (null: nobody); `faults` are answers of the server one expects.
  async open({ role = "finance", width = 1280, height = 900, colorScheme = "light", faults = [] } = {}) {
    const context = await browser.newContext({
      baseURL: this.base, locale: this.language, javaScriptEnabled: this.javaScriptEnabled, colorScheme,
      reducedMotion: "reduce",
      viewport: { width, height }, acceptDownloads: true, extraHTTPHeaders: { "accept-language": this.language },
      storageState: this.#sessions.get(role),
    });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    this.#watch(page, faults);
    if (role !== null && !this.#sessions.has(role)) {
      await signIn(page, role);
      this.#sessions.set(role, await context.storageState());
    }
    return page;
  }

  // The same, closed when `work` is over.
  async as(role, work, options = {}) {
    const page = await this.open({ ...options, role });
    try { return await work(page); } finally { await page.context().close(); }
  }

  // No error in the console, none thrown, and nothing asked for elsewhere.
  #watch(page, faults) {
    // Events come from outside the step that opened the page.
    const step = current.getStore();
    const expected = (message) => faults.some((status) => message.text().includes(`status of ${status}`));
    page.on("console", (message) => {
      if (message.type() === "error" && !expected(message)) fail(`${page.url()}: ${message.text()}`, step);
    });
    page.on("pageerror", (error) => fail(`${page.url()}: ${error}`, step));
    page.on("request", (request) => {
      const own = [`${this.base}/`, ...BUILT_IN].some((start) => request.url().startsWith(start));
      if (!own) fail(`${page.url()} asks off the site: ${request.url()}`, step);
    });
  }
}

export async function signIn(page, role) {
  await page.goto("/sign-in");
  await page.fill("#email", `${role}@example.org`);
  await page.fill("#password", PASSWORD);
  await page.click("main form button");
  await page.waitForURL((url) => url.pathname === "/");
}

// Clicks, and gives what is then downloaded.
export async function downloaded(page, selector) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator(selector).first().click()]);
  return download;
}

// Tabs to what `selector` names, sees that it shows the focus, and presses `key`.
export async function tabTo(page, selector, key = "Enter") {
  for (let steps = 0; steps < 250; steps += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) {
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
      check(outline !== "none", `no focus ring on ${selector}, ${page.url()}`);
      if (key) await page.keyboard.press(key);
      return;
    }
  }
  throw new Error(`the keyboard does not reach ${selector} on ${page.url()}`);
}

// Waits for the end of what is shown by `data-progress`. Without scripts the page is loaded again.
export async function ended(page) {
  for (let tries = 0; tries < 150; tries += 1) {
    if ((await page.locator("[data-progress]").count()) === 0) return;
    await page.waitForTimeout(200);
    if (tries % 10 === 9) await page.reload();
  }
  throw new Error(`what ${page.url()} shows does not end`);
}

// One named piece of work; what it throws is a failure, and the next one goes on.
export async function step(name, work) {
  const begun = Date.now();
  const state = { failed: false };
  try { await current.run(state, work); } catch (error) { fail(`${name}: ${error.stack ?? error}`, state); }
  console.log(`${state.failed ? "FAILED" : "ok    "} ${name} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
}

// All of `works`, never more than `width` of them at once.
export async function parallel(width, works) {
  const waiting = [...works];
  const worker = async () => { while (waiting.length > 0) await waiting.shift()(); };
  await Promise.all(Array.from({ length: width }, worker));
}
