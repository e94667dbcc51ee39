DROP TRIGGER meter_assignment_overlap_update;
DROP TRIGGER meter_assignment_overlap_insert;
DROP VIEW meter_assignment_days;
CREATE TRIGGER meter_assignment_overlap_insert BEFORE INSERT ON meter_assignment
WHEN EXISTS (
  SELECT 1 FROM meter_assignment o
  WHERE o.meter_id = NEW.meter_id AND o.measure = NEW.measure
    AND (NEW.valid_to IS NULL OR o.valid_from < NEW.valid_to) AND (o.valid_to IS NULL OR NEW.valid_from < o.valid_to))
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_OVERLAP: assignments of the same meter and measure overlap'); END;
CREATE TRIGGER meter_assignment_overlap_update BEFORE UPDATE ON meter_assignment
WHEN EXISTS (
  SELECT 1 FROM meter_assignment o
  WHERE o.meter_id = NEW.meter_id AND o.measure = NEW.measure
    AND (o.contract_line_id, o.position) <> (OLD.contract_line_id, OLD.position)
    AND (NEW.valid_to IS NULL OR o.valid_from < NEW.valid_to) AND (o.valid_to IS NULL OR NEW.valid_from < o.valid_to))
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_OVERLAP: assignments of the same meter and measure overlap'); END;
