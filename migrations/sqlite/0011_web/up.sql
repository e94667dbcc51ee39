-- Lists of invoices in any order without touching the documents themselves: what a list shows, counts and sums stands
-- in these indexes.
CREATE INDEX invoice_list_month ON invoice
  (month, id, status, kind, tenant_id, contract_id, number, issue_date, due_date, net_cents, gross_cents);
CREATE INDEX invoice_list_tenant ON invoice
  (tenant_id, id, status, kind, month, contract_id, number, issue_date, due_date, net_cents, gross_cents);
CREATE INDEX invoice_list_contract ON invoice
  (contract_id, id, status, kind, month, tenant_id, number, issue_date, due_date, net_cents, gross_cents);
CREATE INDEX invoice_list_due ON invoice
  (due_date, id, status, kind, tenant_id, contract_id, month, number, issue_date, net_cents, gross_cents);
CREATE INDEX invoice_list_issued ON invoice (issue_date, id);
CREATE INDEX invoice_list_net ON invoice (net_cents, id);
CREATE INDEX invoice_list_gross ON invoice (gross_cents, id);
CREATE INDEX invoice_drafts ON invoice (month, kind, tenant_id) WHERE status = 'draft';

-- Billing runs started by people, and how far each got: a page that is loaded again finds its run here.
CREATE TABLE billing_run (
  id INTEGER PRIMARY KEY,
  month TEXT NOT NULL,
  -- 1 where drafts are numbered and frozen, 0 where they are only made.
  issues INTEGER NOT NULL CHECK (issues IN (0, 1)),
  status TEXT NOT NULL CHECK (status IN ('running', 'done', 'failed', 'stopped')),
  started_by TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  -- Rises while the run is alive.
  seen_at INTEGER NOT NULL,
  ended_at INTEGER,
  -- Why the run as a whole could not go on.
  error TEXT
) STRICT;
-- One run at a time.
CREATE UNIQUE INDEX billing_run_running ON billing_run (status) WHERE status = 'running';

-- What became of each contract of a run.
CREATE TABLE billing_run_item (
  run_id INTEGER NOT NULL REFERENCES billing_run (id) ON DELETE CASCADE,
  contract TEXT NOT NULL,
  tenant TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('waiting', 'drafted', 'issued', 'skipped', 'failed')),
  number TEXT,
  error TEXT,
  PRIMARY KEY (run_id, contract)
) STRICT, WITHOUT ROWID;
