// Finance: a tenant and a contract created, a mistake mended, an edit, and one that came too late.
import { check } from "../lib.js";

const WORDS = {
  fr: { siret: "La clé de ce SIRET est fausse", stale: "Quelqu’un d’autre a modifié", saved: "la modification est enregistrée" },
  en: { siret: "This SIRET fails its check", stale: "Somebody else changed this meanwhile", saved: "the change is saved" },
};

// Without the hidden default button, which only answers the Enter key.
const save = 'form.edit p.actions button[value="save"]';

export default {
  "creates a tenant and a contract, mends a mistake, edits, and is told of another's edit": (site) => site.as("finance", async (page) => {
    const words = WORDS[site.language];
    await page.goto("/tenants");
    await page.click('a[href="/tenants/new"]');
    const typed = {
      code: "essai", name: "Organisme d’essai", siret: "21750001600018", "address.lines": "1 rue Exemple",
      "address.postcode": "75013", "address.city": "Paris", "contact.1.name": "Service", "contact.1.email": "a@example.org",
    };
    for (const [name, value] of Object.entries(typed)) await page.fill(`[name="${name}"]`, value);
    await page.click('button[value="add:contact"]');
    await page.fill('[name="contact.2.name"]', "Direction");
    await page.fill('[name="contact.2.email"]', "b@example.org");
    await page.click(save);
    const beside = await page.textContent('[id="siret-error"]');
    check(beside.includes(words.siret), `${site.setting}: the mistake beside the field: ${beside}`);
    check((await page.getAttribute("#siret", "aria-invalid")) === "true", `${site.setting}: the field is marked`);
    check((await page.inputValue('[name="contact.2.email"]')) === "b@example.org", `${site.setting}: what was typed stays`);
    await page.fill("#siret", "21750001600019");
    await page.click(save);
    await page.waitForURL(/\/tenants\/essai$/);

    await page.click('a[href="/contracts/new?tenant=essai"]');
    const contract = {
      code: "ESSAI-2027", title: "Hébergement d’essai", from: "2027-01-01", to: "2030-01-01", notice_months: "6",
      "line.1.code": "baies", "line.1.designation.fr": "Baies", "line.1.designation.en": "Racks", "line.1.quantity": "2",
    };
    for (const [name, value] of Object.entries(contract)) await page.fill(`[name="${name}"]`, value);
    await page.selectOption('[name="line.1.tariff"]', "baie");
    await page.click(save);
    await page.waitForURL(/\/contracts\/ESSAI-2027$/);
    check(/2029/.test(await page.textContent("dl.facts")), `${site.setting}: the day to give notice by`);

    await page.goto("/tenants/essai/edit");
    await site.as("finance", async (other) => {
      await other.goto("/tenants/essai/edit");
      await other.fill("#name", "Écrit par l’autre");
      await other.click(save);
      await other.waitForURL(/\/tenants\/essai$/);
      check((await other.textContent('[role="status"]')).includes(words.saved), `${site.setting}: the edit is told`);
    });
    await page.fill("#name", "Écrit par moi");
    await page.click(save);
    const both = await page.textContent("main");
    check(both.includes(words.stale) && both.includes("Écrit par l’autre"), `${site.setting}: a stale edit shows both: ${page.url()}`);
    check((await page.inputValue("#name")) === "Écrit par moi", `${site.setting}: and keeps what was typed`);
    await page.click(save);
    await page.waitForURL(/\/tenants\/essai$/);
    check((await page.textContent("h1")).includes("Écrit par moi"), `${site.setting}: saved on purpose`);
  }, { faults: [409, 422] }),

  "removes what was entered by mistake, its contract first": (site) => site.as("finance", async (page) => {
    await page.goto("/tenants/essai/remove");
    check((await page.locator("main button.danger").count()) === 0, `${site.setting}: a tenant with a contract stays`);
    await page.click('main a[href="/contracts/ESSAI-2027"]');
    await page.click('main a[href="/contracts/ESSAI-2027/remove"]');
    await page.fill("#reason", "Saisie en double");
    await page.click("main button.danger");
    await page.waitForURL(/\/contracts$/);
    await page.goto("/tenants/essai");
    await page.click('main a[href="/tenants/essai/remove"]');
    await page.fill("#reason", "Saisie en double");
    await page.click("main button.danger");
    await page.waitForURL(/\/tenants$/);
    check((await page.locator('main a[href="/tenants/essai"]').count()) === 0, `${site.setting}: it is gone`);
  }),

  "adds a scenario of payback and sees what it brings": (site) => site.as("finance", async (page) => {
    await page.goto("/payback");
    await page.click('main a[href="/payback/terms"]');
    const rows = await page.locator('[name$=".renewal_percent"]').count();
    await page.click('button[value="add:scenario"]');
    const row = `scenario.${rows + 1}`;
    check((await page.inputValue(`[name="${row}.renewal_percent"]`)) === "100", `${site.setting}: it begins as it is today`);
    await page.fill(`[name="${row}.code"]`, "essor");
    await page.fill(`[name="${row}.name"]`, "Essor");
    await page.fill(`[name="${row}.occupancy_growth_u"]`, "12");
    await page.fill("#reason", "Hypothèse de la direction");
    await page.click(save);
    await page.waitForURL(/\/payback$/);
    await page.selectOption("#scenario", "essor");
    await page.click("form.filter button");
    check((await page.textContent("main tr.sum th")).includes("Essor"), `${site.setting}: its row is the one shown`);
  }),
};
