-- What turns a journal into books: the body's chart, numbers in order of posting, periods that close, payments, and
-- which lines settle one another.
CREATE TABLE accounting (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  chart TEXT NOT NULL,
  accounts TEXT NOT NULL,
  names TEXT NOT NULL,
  reference_rates TEXT NOT NULL
);

-- The last number given in a series of a year. Opening and closing entries have series of their own: opening entries
-- stand first in the year's books however late they are posted.
CREATE TABLE entry_series (
  fiscal_year BIGINT NOT NULL,
  series TEXT NOT NULL CHECK (series IN ('', 'AN', 'CL')),
  last BIGINT NOT NULL,
  PRIMARY KEY (fiscal_year, series)
);

-- The number of each entry, given by the database itself when the entry is posted.
CREATE TABLE entry_number (
  entry_id BIGINT PRIMARY KEY REFERENCES journal_entry (id),
  fiscal_year BIGINT NOT NULL,
  series TEXT NOT NULL,
  number BIGINT NOT NULL,
  UNIQUE (fiscal_year, series, number)
);

INSERT INTO entry_number (entry_id, fiscal_year, series, number)
SELECT id, substr(entry_date::text, 1, 4)::bigint, CASE WHEN journal IN ('AN', 'CL') THEN journal ELSE '' END,
  ROW_NUMBER() OVER (
    PARTITION BY substr(entry_date::text, 1, 4), CASE WHEN journal IN ('AN', 'CL') THEN journal ELSE '' END ORDER BY id)
FROM journal_entry;
INSERT INTO entry_series (fiscal_year, series, last)
SELECT fiscal_year, series, MAX(number) FROM entry_number GROUP BY fiscal_year, series;

-- The counter's row stays locked until the transaction ends: a number taken by one that is undone is taken again.
CREATE FUNCTION journal_entry_numbered() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  of_year BIGINT := substr(NEW.entry_date::text, 1, 4)::bigint;
  of_series TEXT := CASE WHEN NEW.journal IN ('AN', 'CL') THEN NEW.journal ELSE '' END;
  given BIGINT;
BEGIN
  INSERT INTO entry_series (fiscal_year, series, last) VALUES (of_year, of_series, 0) ON CONFLICT DO NOTHING;
  UPDATE entry_series SET last = last + 1 WHERE fiscal_year = of_year AND series = of_series RETURNING last INTO given;
  INSERT INTO entry_number (entry_id, fiscal_year, series, number) VALUES (NEW.id, of_year, of_series, given);
  RETURN NULL;
END $$;
CREATE TRIGGER journal_entry_numbered AFTER INSERT ON journal_entry
FOR EACH ROW EXECUTE FUNCTION journal_entry_numbered();

CREATE FUNCTION entry_series_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.last <> 0 THEN RAISE EXCEPTION 'CHAPELLE_SERIES: entry numbers of a year begin once'; END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    IF NEW.last <> OLD.last + 1 OR NEW.fiscal_year <> OLD.fiscal_year OR NEW.series <> OLD.series THEN
      RAISE EXCEPTION 'CHAPELLE_SERIES: entry numbers move by one';
    END IF;
  ELSE
    RAISE EXCEPTION 'CHAPELLE_SERIES: entry numbers are never given back';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER entry_series_step BEFORE INSERT OR UPDATE OR DELETE ON entry_series
FOR EACH ROW EXECUTE FUNCTION entry_series_step();
CREATE TRIGGER entry_series_no_truncate BEFORE TRUNCATE ON entry_series
FOR EACH STATEMENT EXECUTE FUNCTION entry_series_step();
CREATE TRIGGER entry_number_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON entry_number
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Months (`2026-10`) and years (`2026`). What has no row is open.
CREATE TABLE accounting_period (
  period TEXT COLLATE "C" PRIMARY KEY CHECK (period ~ '^[0-9]{4}(-[0-9]{2})?$'),
  state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'locked')),
  changed_at BIGINT NOT NULL
);

-- Who posts shares this lock and who closes a period holds it alone, so that no entry slips into a period while it is
-- being closed.
CREATE FUNCTION accounting_period_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7501800003);
  IF TG_OP = 'UPDATE' AND (OLD.state = 'locked' OR NEW.period <> OLD.period) THEN
    RAISE EXCEPTION 'CHAPELLE_FROZEN: a locked period is never opened again';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER accounting_period_step BEFORE INSERT OR UPDATE ON accounting_period
FOR EACH ROW EXECUTE FUNCTION accounting_period_step();
CREATE TRIGGER accounting_period_kept BEFORE DELETE OR TRUNCATE ON accounting_period
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The entries that close a year and open the next are what closing is made of: they pass a closed period, not a locked
-- one.
CREATE FUNCTION journal_entry_in_open_period() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE closing BOOLEAN := NEW.journal = 'CL' OR (NEW.journal = 'AN' AND NEW.document LIKE 'A-NOUVEAUX-%');
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7501800003);
  IF EXISTS (
    SELECT 1 FROM accounting_period
    WHERE period IN (substr(NEW.entry_date::text, 1, 4), substr(NEW.entry_date::text, 1, 7))
      AND (state = 'locked' OR (state = 'closed' AND NOT closing))) THEN
    RAISE EXCEPTION 'CHAPELLE_CLOSED: the entry is dated in a closed or locked period';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER journal_entry_in_open_period BEFORE INSERT ON journal_entry
FOR EACH ROW EXECUTE FUNCTION journal_entry_in_open_period();

-- Money received for an invoice; its journal entry is the one of journal BQ whose document is its number.
CREATE TABLE payment (
  id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  invoice_id BIGINT NOT NULL REFERENCES invoice (id),
  received_on iso_date NOT NULL,
  amount_cents BIGINT NOT NULL CHECK (amount_cents > 0),
  reference TEXT,
  -- What tells one transaction of a bank statement from another, so that a statement read twice counts once.
  statement_key TEXT UNIQUE,
  recorded_at BIGINT NOT NULL
);
CREATE INDEX payment_invoice ON payment (invoice_id);
CREATE TRIGGER payment_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON payment
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Lines of one customer that settle one another (lettrage).
CREATE TABLE lettering (
  code TEXT COLLATE "C" PRIMARY KEY,
  lettered_on iso_date NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE TABLE lettered_line (
  journal TEXT NOT NULL,
  document TEXT COLLATE "C" NOT NULL,
  position BIGINT NOT NULL,
  code TEXT COLLATE "C" NOT NULL REFERENCES lettering (code),
  PRIMARY KEY (journal, document, position),
  FOREIGN KEY (journal, document, position) REFERENCES journal_line (journal, document, position)
);
CREATE TRIGGER lettering_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON lettering
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER lettered_line_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON lettered_line
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
