// Every GET route for people, with who opens it. A route of the server without a row here fails the test.
//
// A row's address may stand for a route in one of its states (a filter, a thing of a kind); `{placeholders}` are filled
// from `things`. The name is the picture's in target/screenshots.
import { check } from "./lib.js";

const row = (role) => (route, { address = route, name, status = 200 } = {}) => ({ route, role, address, status, name: name ?? named(role, address) });
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
  tenant("/"),
  auditor("/"),
  operator("/"),
  admin("/"),
  finance("/nothing", { status: 404 }),

  finance("/billing"),
  finance("/billing/{month}"),
  finance("/billing/{month}", { address: "/billing/2026-11", name: "billing-unfinished" }),
  finance("/billing/{month}/issue"),
  finance("/billing/{month}/issue", { address: "/billing/{month}/issue?what=drafts", name: "billing-drafts-asked" }),
  finance("/billing/{month}/drafts/{contract}"),
  finance("/billing/{month}/drafts/{contract}/manual"),
  finance("/billing/{month}/drafts/{contract}/manual/{manual}"),
  finance("/billing/{month}/drafts/{contract}/lines/{line}"),
  finance("/billing/{month}/drafts/{contract}/lines/{line}", { address: "/billing/{month}/drafts/{contract}/lines/3", name: "billing-line-demand" }),
  finance("/billing/{month}/drafts/{contract}/lines/{line}/readings"),
  finance("/billing/runs/{run}"),
  finance("/notices"),

  finance("/invoices"),
  finance("/invoices", { address: "/invoices?status=overdue" }),
  finance("/invoices", { address: "/invoices?q=nothing" }),
  tenant("/invoices"),
  finance("/invoices/{number}"),
  tenant("/invoices/{number}"),
  finance("/invoices/{number}/lines/{line}"),
  finance("/invoices/{number}/lines/{line}/readings"),
  finance("/invoices/{number}/mail"),
  finance("/invoices/{number}/credit"),

  finance("/payments"),
  finance("/payments", { address: "/payments?q=nothing" }),
  finance("/payments/record", { address: "/payments/record?invoice={number}", name: "payments-record" }),
  finance("/payments/import"),
  finance("/payments/statements/{statement}"),
  finance("/payments/receipts"),
  finance("/dunning"),
  finance("/dunning/{number}"),

  finance("/tenants"),
  finance("/tenants/{code}"),
  finance("/contracts"),
  finance("/contracts/{contract}"),
  tenant("/contracts"),
  tenant("/contracts/{contract}"),

  tenant("/usage"),
  tenant("/usage", { address: "/usage?month=2026-10" }),
  tenant("/usage", { address: "/usage?day=2026-10-25" }),
  finance("/usage"),
  tenant("/usage/estimate"),

  operator("/alarms"),
  operator("/alarms", { address: "/alarms?days=31" }),
  operator("/racks"),
  operator("/racks/{rack}"),
  operator("/meters"),
  operator("/meters", { address: "/meters?q=nothing" }),
  operator("/meters/{meter}", { address: "/meters/{meter}?month=2026-10" }),
  operator("/meters/{meter}/resolve", { address: "/meters/{meter}/resolve?kind=correct&at=2026-10-25T00:30:00Z", name: "operator-resolve-correct" }),
  operator("/meters/{meter}/resolve", { address: "/meters/{meter}/resolve?kind=reset", name: "operator-resolve-reset" }),
  operator("/readings"),
  operator("/readings/import"),
  operator("/readings/import/{upload}"),

  auditor("/amortisation"),
  auditor("/amortisation", { address: "/amortisation?as_of=1999-01-01", name: "auditor-amortisation-before" }),
  auditor("/payback"),
  auditor("/journal"),
  auditor("/journal", { address: "/journal?journal=BQ" }),
  auditor("/journal/balance"),
  auditor("/journal/accounts/{account}"),
  auditor("/audit"),
  auditor("/audit", { address: "/audit?subject=nothing" }),
  auditor("/audit/verify"),
  auditor("/audit/sample"),
  auditor("/audit/sample", { address: "/audit/sample?kind=invoices&method=mus&size=2&seed=s&year=2026", name: "auditor-audit-sample-drawn" }),
  auditor("/audit/sample/sheet/{number}"),
];

// Routes that answer with a file.
export const files = [
  finance("/invoices/list.csv"),
  finance("/invoices/list.xlsx"),
  finance("/invoices/documents.zip"),
  finance("/payments/list.csv"),
  finance("/payments/list.xlsx"),
  tenant("/invoices/{number}.pdf"),
  tenant("/invoices/{number}.xml"),
  tenant("/invoices/{number}/preview.pdf"),
  tenant("/invoices/{number}/lines/{line}/readings.csv"),
  finance("/billing/{month}/drafts/{contract}/lines/{line}/readings.csv"),
  auditor("/amortisation/file", { address: "/amortisation/file?format=xlsx" }),
  auditor("/payback/file", { address: "/payback/file?format=csv" }),
  auditor("/journal/file", { address: "/journal/file?format=csv" }),
  auditor("/audit/verify.py"),
  auditor("/audit/roots.jsonl"),
  auditor("/audit/pack", { address: "/audit/pack?year=2026" }),
  operator("/alarms.csv"),
  operator("/alarms.xlsx"),
  operator("/racks.csv"),
  operator("/racks.xlsx"),
  operator("/meters.csv"),
  operator("/meters.xlsx"),
  operator("/meters/{meter}/readings.csv", { address: "/meters/{meter}/readings.csv?month=2026-10" }),
  operator("/meters/{meter}/readings.xlsx", { address: "/meters/{meter}/readings.xlsx?month=2026-10" }),
  tenant("/usage.csv"),
  tenant("/usage.xlsx"),
];

// Seen within other pages: what the script listens to, what a frame shows, what every page loads.
const within = ["/billing/runs/{run}/events", "/readings/import/{upload}/events", "/invoices/{number}/mail/body", "/assets/{name}"];

// What stands for the placeholders: things of AP-HP's, as tests/site makes them and the journeys leave them.
export async function things(site) {
  const known = { month: "2026-10", contract: "AP-2026", code: "aphp", line: "2", run: "1", upload: "1", manual: "1", statement: "1", account: "411", rack: "A01", meter: "A01-EA" };
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
