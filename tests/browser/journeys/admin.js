// An administrator: who may do what here.
import { check, signIn } from "../lib.js";

export default {
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
