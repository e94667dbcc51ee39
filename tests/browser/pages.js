// Every GET route for people, with who opens it. A route of the server without a row here fails the test.
//
// A row's address may stand for a route in one of its states (a filter, a thing of a kind); `{placeholders}` are filled
// from `things`. The name is the picture's in target/screenshots. `main` is what a telephone must show without being moved
// sideways.
import { check } from "./lib.js";

const row = (role) => (route, { address = route, name, status = 200, main } = {}) => ({ route, role, address, status, main, name: name ?? named(role, address) });
const named = (role, address) => [...(role === "finance" ? [] : [role ?? "nobody"]), ...address.split(/[^\p{L}\p{N}]+/u).filter(Boolean)].join("-") || "home";

const nobody = row(null);
const finance = row("finance");
const tenant = row("tenant");
const auditor = row("auditor");
const operator = row("operator");
const admin = row("admin");

export const pages = [
  nobody("/sign-in"),
  nobody("/accessibility"),
  finance("/help"),
  tenant("/help"),
  auditor("/help"),
  operator("/help"),
  admin("/help"),
  finance("/"),
  tenant("/", { main: "main tbody tr:first-child td.number:not(.spare)" }),
  auditor("/"),
  operator("/"),
  admin("/"),
  finance("/nothing", { status: 404 }),

  finance("/billing"),
  finance("/billing/{month}"),
  finance("/billing/{month}", { address: "/billing/2026-11", name: "billing-unfinished" }),
  finance("/billing/{month}", { address: "/billing/{month}?only=blocked", name: "billing-blocked-part" }),
  finance("/billing/{month}/issue"),
  finance("/billing/{month}/issue", { address: "/billing/{month}/issue?what=drafts", name: "billing-drafts-asked" }),
  finance("/billing/{month}/drafts/{contract}"),
  finance("/billing/{month}/drafts/{contract}/withdraw"),
  finance("/billing/{month}/drafts/{contract}/manual"),
  finance("/billing/{month}/drafts/{contract}/manual/{manual}"),
  finance("/billing/{month}/drafts/{contract}/lines/{line}"),
  finance("/billing/{month}/drafts/{contract}/lines/{line}", { address: "/billing/{month}/drafts/{contract}/lines/3", name: "billing-line-demand" }),
  finance("/billing/{month}/drafts/{contract}/lines/{line}/readings"),
  finance("/billing/runs/{run}"),
  finance("/notices"),

  finance("/invoices", { main: "main tbody tr:first-child td.number:not(.spare)" }),
  finance("/invoices", { address: "/invoices?status=overdue" }),
  finance("/invoices", { address: "/invoices?q=nothing" }),
  tenant("/invoices", { main: "main tbody tr:first-child td.number:not(.spare)" }),
  finance("/invoices/{number}"),
  tenant("/invoices/{number}"),
  finance("/invoices/{number}/lines/{line}"),
  finance("/invoices/{number}/lines/{line}/readings"),
  finance("/invoices/{number}/mail"),
  finance("/invoices/{number}/credit", { main: "main td input" }),
  finance("/invoices/{number}/correct"),
  finance("/invoices/{number}/refund"),

  finance("/payments"),
  finance("/payments", { address: "/payments?q=nothing" }),
  finance("/payments/record", { address: "/payments/record?invoice={number}", name: "payments-record" }),
  finance("/payments/import"),
  finance("/payments/statements/{statement}"),
  finance("/payments/receipts"),
  finance("/tenants/{code}/on-account"),
  finance("/tenants/{code}/on-account/keep"),
  finance("/tenants/{code}/on-account/{number}/correct", { address: "/tenants/{code}/on-account/CPT-2026-000001/correct" }),
  finance("/dunning"),
  finance("/dunning/{number}"),
  finance("/dunning/{number}/reminder"),

  finance("/tenants"),
  finance("/tenants", { address: "/tenants?q=nobody", name: "tenants-empty" }),
  finance("/tenants/new"),
  finance("/tenants/{code}/edit"),
  finance("/tenants/{code}/remove"),
  tenant("/tenants/{code}/contacts"),
  tenant("/tenants/{code}/on-account"),
  finance("/tariffs", { main: "main tbody tr:first-child td:not(.spare)" }),
  finance("/tariffs/new"),
  finance("/tariffs/{tariff}", { address: "/tariffs/{tariff}?quantity=12,5", name: "tariff-priced" }),
  finance("/tariffs/{tariff}/edit"),
  finance("/tariffs/{tariff}/remove"),
  finance("/tariffs/{tariff}/versions/new"),
  finance("/tariffs/{tariff}/versions/{version}/edit"),
  finance("/contracts/new"),
  finance("/contracts/{contract}/edit"),
  finance("/contracts/{contract}/remove"),
  finance("/contracts/{contract}/lines/new"),
  finance("/contracts/{contract}/lines/{line}/edit"),
  admin("/settings/seller"),
  finance("/tenants/{code}"),
  finance("/contracts"),
  finance("/contracts/{contract}"),
  tenant("/contracts"),
  tenant("/contracts/{contract}"),
  finance("/contracts/{contract}/availability"),
  tenant("/contracts/{contract}/availability"),

  tenant("/usage"),
  tenant("/usage", { address: "/usage?month=2026-10" }),
  tenant("/usage", { address: "/usage?day=2026-10-25" }),
  finance("/usage"),
  tenant("/usage/estimate"),

  operator("/alarms"),
  operator("/alarms", { address: "/alarms?days=31" }),
  operator("/racks"),
  operator("/racks/{rack}"),
  operator("/meters", { main: "main tbody tr:first-child td.number:not(.spare)" }),
  operator("/meters", { address: "/meters?q=nothing" }),
  operator("/meters/{meter}", { address: "/meters/{meter}?month=2026-10" }),
  operator("/meters/{meter}/resolve", { address: "/meters/{meter}/resolve?kind=correct&at=2026-10-25T00:30:00Z", name: "operator-resolve-correct" }),
  operator("/meters/{meter}/resolve", { address: "/meters/{meter}/resolve?kind=reset", name: "operator-resolve-reset" }),
  operator("/readings"),
  operator("/readings/import"),
  operator("/readings/import/{upload}"),

  auditor("/amortisation"),
  auditor("/amortisation", { address: "/amortisation?as_of=1999-01-01", name: "auditor-amortisation-before" }),
  auditor("/amortisation", { address: "/amortisation?known_on=2020-01-01", name: "auditor-amortisation-known" }),
  auditor("/amortisation/{asset}"),
  auditor("/amortisation/{asset}", { address: "/amortisation/{asset}?known_on=2020-01-01", name: "auditor-asset-not-known" }),
  auditor("/reports"),
  auditor("/reports/{report}", { address: "/reports/movements?year=2026" }),
  auditor("/reports/{report}", { address: "/reports/funding?year=2026" }),
  auditor("/reports/{report}", { address: "/reports/reconciliation" }),
  auditor("/reports/{report}", { address: "/reports/tie-out?year=2026" }),
  auditor("/reports/{report}", { address: "/reports/fec?year=2026" }),
  auditor("/reports/{report}", { address: "/reports/fec?year=2001", name: "auditor-reports-fec-empty" }),
  auditor("/payback"),
  auditor("/journal"),
  auditor("/journal", { address: "/journal?journal=BQ" }),
  auditor("/journal/balance"),
  auditor("/journal/periods"),
  finance("/journal/periods"),
  finance("/journal/periods/{period}/allocation", { address: "/journal/periods/2026/allocation", status: 404, name: "allocation-not-closed" }),
  finance("/journal/periods/{period}/{deed}", { address: "/journal/periods/2026-08/close", name: "period-close" }),
  finance("/journal/periods/{period}/{deed}", { address: "/journal/periods/2026-08/reopen", name: "period-reopen" }),
  finance("/payback/terms"),
  auditor("/payback/terms", { name: "payback-terms-read" }),
  finance("/payback/figures"),
  auditor("/payback/figures"),
  finance("/amortisation/new"),
  finance("/amortisation/{asset}/edit"),
  finance("/amortisation/{asset}/papers/new"),
  finance("/journal/opening"),
  finance("/amortisation/post"),
  finance("/amortisation/post", { address: "/amortisation/post?through=2019-05", name: "amortisation-posted" }),
  finance("/amortisation/{asset}/events/new"),
  finance("/amortisation/{asset}/events/new", { address: "/amortisation/{asset}/events/new?kind=replace", name: "asset-event-replace" }),
  finance("/amortisation/{asset}/events/new", { address: "/amortisation/{asset}/events/new?kind=commission", name: "asset-event-commission" }),
  finance("/amortisation/{asset}/events/new", { address: "/amortisation/{asset}/events/new?kind=withdraw", name: "asset-event-withdraw" }),
  auditor("/journal/accounts/{account}"),
  auditor("/audit"),
  auditor("/audit", { address: "/audit?seals=1", name: "auditor-trail-seals" }),
  auditor("/audit", { address: "/audit?subject=nothing" }),
  auditor("/audit", { address: "/audit?action=invoice.issued" }),
  auditor("/audit/packs/{pack}"),
  auditor("/audit/verify"),
  auditor("/audit/sample"),
  auditor("/audit/sample", { address: "/audit/sample?kind=invoices&method=mus&size=2&seed=s&year=2026", name: "auditor-audit-sample-drawn" }),
  auditor("/audit/sample/sheet/{number}"),

  nobody("/sign-in", { address: "/sign-in?next=/me", name: "sign-in-next" }),
  nobody("/password/forgotten"),
  nobody("/password/reset/{link}", { status: 404 }),
  nobody("/invitation/{link}", { status: 404 }),
  tenant("/me"),
  tenant("/me/password"),
  tenant("/me/second-factor"),
  tenant("/me/second-factor/setup"),
  tenant("/sign-in/code"),
  tenant("/me/tokens"),
  tenant("/me/tokens/new"),
  admin("/me/tokens"),
  admin("/me/tokens/{token}/revoke"),
  admin("/users"),
  admin("/users", { address: "/users?q=nothing" }),
  admin("/users/invite"),
  admin("/users/{user}"),
  admin("/users/{user}/{deed}"),
  admin("/users/{user}/tokens/{token}/revoke", { address: "/users/5/tokens/{token}/revoke" }),
  admin("/settings"),
  admin("/settings/mail"),
];

// Routes that answer with a file.
export const files = [
  finance("/invoices/list.{format}", { address: "/invoices/list.csv" }),
  finance("/invoices/list.{format}", { address: "/invoices/list.xlsx" }),
  finance("/invoices/list.{format}", { address: "/invoices/list.pdf" }),
  finance("/invoices/documents.zip"),
  finance("/tenants.{format}", { address: "/tenants.csv" }),
  finance("/tenants/{code}/on-account/movements.{format}", { address: "/tenants/{code}/on-account/movements.csv" }),
  tenant("/tenants/{code}/on-account/movements.{format}", { address: "/tenants/{code}/on-account/movements.xlsx" }),
  auditor("/tenants.{format}", { address: "/tenants.xlsx" }),
  auditor("/tenants.{format}", { address: "/tenants.pdf" }),
  finance("/contracts.{format}", { address: "/contracts.csv" }),
  tenant("/contracts.{format}", { address: "/contracts.xlsx" }),
  auditor("/contracts.{format}", { address: "/contracts.pdf" }),
  finance("/tariffs.{format}", { address: "/tariffs.csv" }),
  auditor("/tariffs.{format}", { address: "/tariffs.pdf" }),
  auditor("/payback/figures.{format}", { address: "/payback/figures.xlsx" }),
  tenant("/invoices/{number}/lines.{format}", { address: "/invoices/{number}/lines.csv" }),
  auditor("/invoices/{number}/lines.{format}", { address: "/invoices/{number}/lines.pdf" }),
  finance("/billing/{month}/plan.{format}", { address: "/billing/{month}/plan.xlsx" }),
  finance("/dunning/list.{format}", { address: "/dunning/list.pdf" }),
  finance("/payments/list.{format}", { address: "/payments/list.csv" }),
  finance("/payments/list.{format}", { address: "/payments/list.xlsx" }),
  finance("/payments/list.{format}", { address: "/payments/list.pdf" }),
  tenant("/invoices/{number}.pdf"),
  finance("/invoices/{number}/titre.csv"),
  tenant("/invoices/{number}.xml"),
  tenant("/invoices/{number}/preview.pdf"),
  tenant("/invoices/{number}/lines/{line}/readings.csv"),
  finance("/billing/{month}/drafts/{contract}/lines/{line}/readings.csv"),
  finance("/billing/{month}/drafts/{contract}/preview.pdf"),
  auditor("/amortisation/file", { address: "/amortisation/file?format=xlsx" }),
  auditor("/payback/file", { address: "/payback/file?format=csv" }),
  auditor("/journal/file", { address: "/journal/file?format=csv" }),
  auditor("/audit/verify.py"),
  auditor("/audit/roots.jsonl"),
  auditor("/audit/trail.csv"),
  auditor("/audit/trail.xlsx", { address: "/audit/trail.xlsx?action=invoice" }),
  auditor("/audit/trail.pdf", { address: "/audit/trail.pdf?action=invoice" }),
  auditor("/audit/packs/{pack}/file"),
  auditor("/reports/{report}/file", { address: "/reports/movements/file?format=pdf" }),
  admin("/users.{format}", { address: "/users.csv" }),
  finance("/notices.{format}", { address: "/notices.xlsx" }),
  auditor("/reports.{format}", { address: "/reports.pdf" }),
  auditor("/journal/periods.{format}", { address: "/journal/periods.csv" }),
  auditor("/audit/sample.{format}", { address: "/audit/sample.xlsx?seed=2026" }),
  operator("/alarms.{format}", { address: "/alarms.csv" }),
  operator("/alarms.{format}", { address: "/alarms.xlsx" }),
  operator("/alarms.{format}", { address: "/alarms.pdf" }),
  operator("/alarms.{format}", { address: "/alarms.csv?table=silent" }),
  operator("/alarms.{format}", { address: "/alarms.csv?table=refused" }),
  operator("/racks.{format}", { address: "/racks.csv" }),
  operator("/racks.{format}", { address: "/racks.xlsx" }),
  operator("/racks.{format}", { address: "/racks.pdf" }),
  operator("/meters.{format}", { address: "/meters.csv" }),
  operator("/meters.{format}", { address: "/meters.xlsx" }),
  operator("/meters.{format}", { address: "/meters.pdf" }),
  operator("/meters/{meter}/readings.{format}", { address: "/meters/{meter}/readings.csv?month=2026-10" }),
  operator("/meters/{meter}/readings.{format}", { address: "/meters/{meter}/readings.xlsx?month=2026-10" }),
  tenant("/usage.{format}", { address: "/usage.csv" }),
  tenant("/usage/estimate.{format}", { address: "/usage/estimate.csv" }),
  tenant("/usage.{format}", { address: "/usage.xlsx" }),
  tenant("/usage.{format}", { address: "/usage.pdf" }),
];

// Seen within other pages: what the script listens to, what a frame shows, what every page loads.
// Papers and kept reports are named by their hash: the small centre has none.
const within = ["/billing/runs/{run}/events", "/readings/import/{upload}/events", "/audit/packs/{pack}/events", "/amortisation/{asset}/papers/{hash}", "/reports/kept/{hash}", "/invoices/{number}/mail/body", "/assets/{name}"];

// What stands for the placeholders: things of AP-HP's, as tests/site makes them and the journeys leave them.
export async function things(site) {
  const known = { month: "2026-10", contract: "AP-2026", code: "aphp", line: "2", run: "1", upload: "1", manual: "1", statement: "1", account: "411", rack: "A01", meter: "A01-EA", user: "1", deed: "disable", token: "1", link: "nothing", tariff: "energie", version: "1", asset: "2019-0042", pack: "1" };
  const number = await site.as("tenant", async (page) => {
    await page.goto("/invoices?sort=number");
    return (await page.locator("main tbody th a").first().getAttribute("href")).split("/").pop();
  });
  return { ...known, number };
}

export const filled = (address, values) => address.replaceAll(/\{(\w+)\}/g, (all, name) => {
  if (!(name in values)) throw new Error(`things() knows no ${all} for ${address}`);
  return values[name];
});

export function covered(routes) {
  const known = new Set([...pages, ...files].map((entry) => entry.route).concat(within));
  for (const route of routes) check(known.has(route), `no row in tests/browser/pages.js opens ${route}`);
  const served = new Set(routes);
  for (const route of known) check(served.has(route) || route === "/nothing", `pages.js names ${route}, which the server does not know`);
  const names = pages.map((entry) => entry.name);
  for (const name of names) check(names.filter((one) => one === name).length === 1, `pages.js names two pictures ${name}`);
}
