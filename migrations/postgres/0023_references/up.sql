-- What a document was routed by when it was issued, for finding it by that whatever its contract says today: the frozen
-- document's service code and its numbers of engagement and market, in lower case.
CREATE TABLE invoice_reference (
  reference TEXT NOT NULL,
  invoice_id BIGINT NOT NULL REFERENCES invoice (id),
  PRIMARY KEY (reference, invoice_id)
);

INSERT INTO invoice_reference (reference, invoice_id)
SELECT lower(content::json -> 'references' ->> kept.name), id
FROM invoice
CROSS JOIN (VALUES ('service_code'), ('engagement'), ('market')) AS kept (name)
WHERE status = 'issued' AND content::json -> 'references' ->> kept.name IS NOT NULL
ON CONFLICT DO NOTHING;
