-- A meter bills one line at a time per measure: on the days its assignment is in effect, which are its own within its
-- line's within its contract's. A contract may so follow another on the same meters.
CREATE VIEW meter_assignment_days AS
SELECT a.contract_line_id, a.position, a.meter_id, a.measure,
  GREATEST(a.valid_from, l.valid_from, c.valid_from) AS first_day,
  -- Which has no end is left out of account: LEAST passes over what is null.
  COALESCE(LEAST(a.valid_to, l.valid_to, c.valid_to), '9999-12-31') AS end_day
FROM meter_assignment a JOIN contract_line l ON l.id = a.contract_line_id JOIN contract c ON c.id = l.contract_id;

DROP TRIGGER meter_assignment_overlap ON meter_assignment;
-- The meter's row is locked first, so that two transactions cannot both find the place free.
CREATE OR REPLACE FUNCTION meter_assignment_overlap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM meter WHERE id = NEW.meter_id FOR NO KEY UPDATE;
  IF EXISTS (
    SELECT 1 FROM meter_assignment_days n JOIN meter_assignment_days o ON o.meter_id = n.meter_id AND o.measure = n.measure
    WHERE n.contract_line_id = NEW.contract_line_id AND n.position = NEW.position
      AND (o.contract_line_id, o.position) <> (n.contract_line_id, n.position)
      AND n.first_day < n.end_day AND o.first_day < o.end_day AND n.first_day < o.end_day AND o.first_day < n.end_day)
  THEN RAISE EXCEPTION 'CHAPELLE_OVERLAP: assignments of the same meter and measure overlap'; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER meter_assignment_overlap AFTER INSERT OR UPDATE ON meter_assignment
FOR EACH ROW EXECUTE FUNCTION meter_assignment_overlap();
