-- What a document was routed by when it was issued, for finding it by that whatever its contract says today: the frozen
-- document's service code and its numbers of engagement and market, in lower case.
CREATE TABLE invoice_reference (
  reference TEXT NOT NULL,
  invoice_id INTEGER NOT NULL REFERENCES invoice (id),
  PRIMARY KEY (reference, invoice_id)
) STRICT, WITHOUT ROWID;

INSERT OR IGNORE INTO invoice_reference (reference, invoice_id)
SELECT lower(json_extract(content, '$.references.' || kept.name)), id
FROM invoice
CROSS JOIN (SELECT 'service_code' AS name UNION ALL SELECT 'engagement' UNION ALL SELECT 'market') kept
WHERE status = 'issued' AND json_extract(content, '$.references.' || kept.name) IS NOT NULL;
