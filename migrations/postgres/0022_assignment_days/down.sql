DROP TRIGGER meter_assignment_overlap ON meter_assignment;
CREATE OR REPLACE FUNCTION meter_assignment_overlap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM meter WHERE id = NEW.meter_id FOR NO KEY UPDATE;
  IF EXISTS (
    SELECT 1 FROM meter_assignment o
    WHERE o.meter_id = NEW.meter_id AND o.measure = NEW.measure
      AND (TG_OP = 'INSERT' OR (o.contract_line_id, o.position) <> (OLD.contract_line_id, OLD.position))
      AND (NEW.valid_to IS NULL OR o.valid_from < NEW.valid_to) AND (o.valid_to IS NULL OR NEW.valid_from < o.valid_to))
  THEN RAISE EXCEPTION 'CHAPELLE_OVERLAP: assignments of the same meter and measure overlap'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER meter_assignment_overlap BEFORE INSERT OR UPDATE ON meter_assignment
FOR EACH ROW EXECUTE FUNCTION meter_assignment_overlap();
DROP VIEW meter_assignment_days;
