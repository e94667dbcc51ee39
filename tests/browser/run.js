// The pages in a real browser: journeys of every role, then every page under axe-core and the camera.
// Started by tests/browser.rs, which gives each setting a server over its own copy of a small billed centre.
import { browser, failures, parallel, Site, step } from "./lib.js";
import { lookAt } from "./look.js";
import { covered } from "./pages.js";
import admin from "./journeys/admin.js";
import auditor from "./journeys/auditor.js";
import finance from "./journeys/finance.js";
import keyboard from "./journeys/keyboard.js";
import operator from "./journeys/operator.js";
import tenant from "./journeys/tenant.js";
import terms from "./journeys/terms.js";

// Journeys of one setting follow each other: what one leaves behind the next one finds, and the looks show.
const roles = { finance, terms, tenant, operator, auditor, admin };
const sites = JSON.parse(process.env.SITES);
const only = process.env.ONLY ?? "";

async function journeys(site) {
  for (const [role, all] of Object.entries(roles)) {
    for (const [name, work] of Object.entries(all)) {
      const title = `${role}: ${name} (${site.setting})`;
      if (title.includes(only)) await step(title, () => work(site));
    }
  }
}

function setting(language, javaScriptEnabled) {
  const name = `${language}${javaScriptEnabled ? "" : "-plain"}`;
  const site = new Site({ base: sites[name], language, javaScriptEnabled });
  return async () => {
    await journeys(site);
    if (javaScriptEnabled && `look ${language}`.includes(only)) await step(`every page (${site.setting})`, () => lookAt(site, only === ""));
  };
}

async function keyboardOnly() {
  const site = new Site({ base: sites.keyboard });
  for (const [name, work] of Object.entries(keyboard)) {
    if (`keyboard: ${name}`.includes(only)) await step(`keyboard: ${name}`, () => work(site));
  }
}

await step("every page of the server has its place in pages.js", () => covered(JSON.parse(process.env.ROUTES)));
await parallel(2, [setting("fr", true), setting("en", true), setting("fr", false), setting("en", false), keyboardOnly]);
await browser.close();
for (const failure of new Set(failures)) console.log(`- ${failure}`);
process.exit(failures.length === 0 ? 0 : 1);
