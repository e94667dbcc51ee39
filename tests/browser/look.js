// Every page of pages.js: no violation of WCAG 2.1 AA, not wider than the screen, and a picture to look at.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { check, fail } from "./lib.js";
import { files, filled, pages, things } from "./pages.js";

const { SCREENSHOTS } = process.env;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
mkdirSync(SCREENSHOTS, { recursive: true });

const LEVEL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
// What depends on colours; the rest of a page is the same in light and dark.
const COLOURS = ["color-contrast", "link-in-text-block"];
// A laptop, the same at 200 % zoom, and the narrowest screen.
const WIDTHS = [1280, 640, 320];
// Between these two the colours are the same, only arranged differently.
const DARK_WIDTHS = [1280, 320];
const HEIGHT = 900;
// Amounts are compared from column to column: on a laptop, and on a tablet on its side, these tables are seen whole.
const SEEN_WHOLE = /^\/(amortisation|reports|journal|payback|audit|invoices|meters|racks|dunning)\b/;
const WHOLE_WIDTHS = [1280, 1024];
const TELEPHONE = 390;
// The narrowest ones, on which nothing lies beyond the edge.
const TELEPHONES = [TELEPHONE, 320];

async function violations(page, runOnly) {
  const found = await page.evaluate((runOnly) => window.axe.run({ runOnly, iframes: false, resultTypes: ["violations"] }), runOnly);
  return found.violations.map((violation) => `${violation.id}: ${violation.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}

// Things that a journey makes are not there where a part is run by itself: what then answers 404 is told and left out.
const isLeftOut = (site, entry, address, status, isWhole) => {
  const isMissing = !isWhole && status === 404 && entry.status !== 404;
  if (isMissing) console.log(`left out (${site.language}): ${address} shows what a journey makes; run all to look at it`);
  return isMissing;
};

async function look(site, page, entry, address, isWhole) {
  const answer = await page.goto(address);
  if (isLeftOut(site, entry, address, answer.status(), isWhole)) return;
  check(answer.status() === entry.status, `${address} answers ${answer.status()} to ${entry.role ?? "nobody"}`);
  await page.evaluate(axe);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: HEIGHT });
    const told = (text, theme) => fail(`${entry.name} (${site.language}, ${theme}, ${width} px): ${text}`);
    await page.emulateMedia({ colorScheme: "light" });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wide > 0) told(`${wide} px too wide`, "light");
    for (const text of await violations(page, LEVEL)) told(text, "light");
    if (!DARK_WIDTHS.includes(width)) continue;
    await page.emulateMedia({ colorScheme: "dark" });
    for (const text of await violations(page, COLOURS)) told(text, "dark");
  }
  if (SEEN_WHOLE.test(entry.route)) for (const width of WHOLE_WIDTHS) await seenWhole(page, entry, width);
  await onTelephone(page, entry);
  if (site.language === "fr") await shoot(page, entry.name);
}

// Tables and charts that are only partly seen in their box.
const cut = (page) => page.evaluate(() => [...document.querySelectorAll("main .scroll")]
  .filter((box) => box.scrollWidth > box.clientWidth)
  .map((box) => `${box.scrollWidth - box.clientWidth} px of “${box.querySelector("caption")?.innerText ?? box.querySelector("title")?.textContent}” are cut off`));

async function seenWhole(page, { name }, width) {
  await page.setViewportSize({ width, height: HEIGHT });
  for (const text of await cut(page)) fail(`${name} (${width} px): ${text}`);
}

// Codes of which a part stands on another line, where they stand as codes and in headings, captions and cards.
const broken = (page) => page.evaluate(() => {
  const found = new Set();
  for (const place of document.querySelectorAll("main :is(h1, caption, .crumbs, .card, .code):not(.aside, .command)")) {
    const texts = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode;
      if (text.parentElement.closest(".hidden, .aside, .command, .formula")) continue;
      for (const code of text.data.matchAll(/\p{L}[\p{L}\d/_.]*-[\p{L}\d/_.-]*[\p{L}\d]/gu)) {
        const range = document.createRange();
        range.setStart(text, code.index);
        range.setEnd(text, code.index + code[0].length);
        const lines = new Set([...range.getClientRects()].filter((box) => box.width > 1).map((box) => Math.round(box.top)));
        if (/\d/.test(code[0]) && lines.size > 1) found.add(code[0]);
      }
    }
  }
  return [...found];
});

// Links that take the focus in the head of a table that is not shown.
const unseen = (page) => page.evaluate(() => [...document.querySelectorAll("main thead a")]
  .filter((link) => link.getClientRects().length > 0 && getComputedStyle(link.closest("thead")).clipPath !== "none")
  .map((link) => link.innerText));

// Orders of a list that only a head which is not shown leads to.
const unsortable = (page) => page.evaluate(() => {
  const shown = [...document.querySelectorAll("main a")].filter((link) => link.getClientRects().length > 0);
  const reached = new Set(shown.map((link) => link.getAttribute("href")));
  return [...document.querySelectorAll("main thead a")].filter((link) => !reached.has(link.getAttribute("href"))).map((link) => link.textContent);
});

async function onTelephone(page, { name, main }) {
  for (const width of TELEPHONES) {
    await page.setViewportSize({ width, height: HEIGHT });
    for (const text of await cut(page)) fail(`${name} (${width} px): ${text}`);
    for (const text of await unsortable(page)) fail(`${name} (${width} px): nothing sorts by “${text}”`);
  }
  await page.setViewportSize({ width: TELEPHONE, height: HEIGHT });
  for (const code of await broken(page)) fail(`${name}: ${code} is broken over two lines on a telephone`);
  for (const text of await unseen(page)) fail(`${name} (${TELEPHONE} px): “${text}” takes the focus unseen`);
  if (!main) return;
  const ends = await page.locator(main).evaluateAll((found) => found.map((one) => one.getBoundingClientRect().right));
  check(ends.length > 0, `${name}: nothing is ${main}`);
  for (const end of ends) if (end > TELEPHONE) fail(`${name}: ${main} ends ${Math.round(end - TELEPHONE)} px beyond a telephone's edge`);
}

async function shoot(page, name) {
  for (const [width, colorScheme, suffix] of [[1440, "dark", "-dark"], [1440, "light", ""], [390, "light", ""]]) {
    await page.setViewportSize({ width, height: HEIGHT });
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: path.join(SCREENSHOTS, `${name}-${width}${suffix}.png`), fullPage: true });
  }
}

// `isWhole`: the journeys ran before, and left all that the pages show.
export async function lookAt(site, isWhole) {
  const values = await things(site);
  for (const role of new Set([...pages, ...files].map((entry) => entry.role))) {
    await site.as(role, async (page) => {
      for (const entry of pages.filter((entry) => entry.role === role)) await look(site, page, entry, filled(entry.address, values), isWhole);
      for (const entry of files.filter((entry) => entry.role === role)) {
        const address = filled(entry.address, values);
        const answer = await page.request.get(address);
        if (isLeftOut(site, entry, address, answer.status(), isWhole)) continue;
        check(answer.ok(), `${entry.address} answers ${answer.status()}`);
        check(!(answer.headers()["content-type"] ?? "text/html").startsWith("text/html"), `${entry.address} is no file`);
      }
    }, { faults: [404] });
  }
}
