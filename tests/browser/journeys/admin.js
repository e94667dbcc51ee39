// An administrator: who may do what here.
import { createHmac } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { check, signIn } from "../lib.js";

const { MAILS, NOW, PASSWORD } = process.env;
const folders = JSON.parse(MAILS);

// The link below `start` in the newest mail to `recipient`, as people find it in their mailbox.
async function linkIn(site, recipient, start) {
  for (let tries = 0; tries < 60; tries += 1) {
    const folder = folders[site.base];
    const mails = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.name.endsWith(".eml"));
    for (const { name } of mails) {
      const mail = readFileSync(path.join(folder, name), "utf8").replace(/=\r?\n/g, "").replaceAll("=3D", "=");
      const link = mail.includes(recipient) && mail.match(new RegExp(`${site.base}(${start}[0-9a-f]+)`));
      if (link) return link[1];
    }
    await new Promise((later) => { setTimeout(later, 200); });
  }
  throw new Error(`no mail to ${recipient} leads to ${start}`);
}

// The code an app shows `steps` of 30 seconds after the servers' clock, which stands still.
function code(secret, steps) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replaceAll(" ", "")].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Number(NOW) / 30) + steps));
  const digest = createHmac("sha1", key).update(counter).digest();
  const offset = digest[19] & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

async function enter(page, email) {
  await page.goto("/sign-in");
  await page.fill("#email", email);
  await page.fill("#password", PASSWORD);
  await page.click("main form button");
}

export default {
  "invites a person, who accepts, sets up a second factor and signs in with it": async (site) => {
    const email = "marie@example.org";
    await site.as("admin", async (page) => {
      await page.goto("/users");
      await page.click('a[href="/users/invite"]');
      await page.fill("#email", email);
      await page.selectOption("#role", "auditor");
      await page.selectOption("#language", site.language);
      await page.click("main form button");
      await page.waitForURL(/\/users$/);
      check((await page.textContent("main")).includes(email), `${site.setting}: the invitation is listed`);
    });
    const page = await site.open({ role: null });
    await page.goto(await linkIn(site, email, "/invitation/"));
    await page.fill("#name", "Marie");
    await page.fill("#password", PASSWORD);
    await page.click("main form button");
    await page.waitForURL(/\/sign-in$/);
    await enter(page, email);
    await page.waitForURL((url) => url.pathname === "/");
    await page.goto("/me");
    await page.click('a[href="/me/second-factor"]');
    await page.click("main form button");
    await page.waitForURL(/setup$/);
    check(await page.locator("svg.qr").isVisible(), `${site.setting}: the QR code`);
    const secret = await page.textContent("#secret");
    await page.fill("#code", code(secret, 0));
    await page.click("main form button");
    await page.locator(".recovery li").first().waitFor();
    const recovery = await page.locator(".recovery li").first().textContent();
    await page.click("main .actions a");
    await page.click('form[action="/sign-out"] button');

    await enter(page, email);
    await page.waitForURL(/\/sign-in\/code/);
    await page.fill("#code", code(secret, 1));
    await page.click("main form button");
    await page.waitForURL((url) => url.pathname === "/");
    await page.click('form[action="/sign-out"] button');
    await enter(page, email);
    await page.waitForURL(/\/sign-in\/code/);
    await page.fill("#code", recovery);
    await page.click("main form button");
    await page.waitForURL((url) => url.pathname === "/");
    await page.context().close();
  },

  "makes a token, which is shown once": (site) => site.as("admin", async (page) => {
    await page.goto("/me/tokens");
    await page.locator('a[href="/me/tokens/new"]').first().click();
    await page.fill("#name", "export");
    await page.locator('label:has-text("invoices:read")').click();
    await page.click("main form button");
    const token = await page.textContent("#token");
    check(token.startsWith("chp_"), `${site.setting}: the token`);
    const answer = await page.request.get("/api/v1/invoices", { headers: { authorization: `Bearer ${token}` } });
    check(answer.status() === 200, `${site.setting}: the token opens what it is for`);
    await page.goto("/me/tokens");
    check(!(await page.content()).includes(token), `${site.setting}: the token is not shown again`);
  }),

  "sees what was done and by whom": (site) => site.as("admin", async (page) => {
    await page.goto("/audit");
    check((await page.locator("main tbody tr").count()) > 0, `${site.setting}: the trail`);
  }),

  "signs out, and is out": async (site) => {
    const page = await site.open({ role: null });
    await signIn(page, "admin");
    await page.click('form[action="/sign-out"] button');
    await page.goto("/audit");
    check(new URL(page.url()).pathname === "/sign-in", `${site.setting}: one has to sign in again`);
    await page.context().close();
  },
};
