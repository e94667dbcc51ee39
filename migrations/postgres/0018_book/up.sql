-- Which codes a tenant's structure requires on Chorus Pro.
ALTER TABLE tenant ADD COLUMN chorus_requires TEXT NOT NULL DEFAULT 'none'
  CHECK (chorus_requires IN ('none', 'service', 'engagement', 'either', 'both'));

-- Which state of the facility book this is: another number after every change of one of its tables, whoever makes it. The
-- book is read on nearly every page; who holds it with its revision need not read it again. The number is never one that
-- was there before, not even after a transaction that was undone.
CREATE SEQUENCE book_revision_number;
CREATE TABLE book_revision (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  revision BIGINT NOT NULL
);
INSERT INTO book_revision (id, revision) VALUES (1, nextval('book_revision_number'));

-- A sequence is not undone with the transaction that took from it.
CREATE FUNCTION revise_book() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE book_revision SET revision = nextval('book_revision_number');
  RETURN NULL;
END $$;

CREATE TRIGGER facility_revised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON facility
FOR EACH STATEMENT EXECUTE FUNCTION revise_book();
CREATE TRIGGER seller_revised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON seller
FOR EACH STATEMENT EXECUTE FUNCTION revise_book();
CREATE TRIGGER accounting_revised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON accounting
FOR EACH STATEMENT EXECUTE FUNCTION revise_book();
CREATE TRIGGER room_revised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON room
FOR EACH STATEMENT EXECUTE FUNCTION revise_book();
CREATE TRIGGER aisle_revised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aisle
FOR EACH STATEMENT EXECUTE FUNCTION revise_book();
CREATE TRIGGER rack_revised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON rack
FOR EACH STATEMENT EXECUTE FUNCTION revise_book();
CREATE TRIGGER meter_revised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON meter
FOR EACH STATEMENT EXECUTE FUNCTION revise_book();
CREATE TRIGGER meter_reset_revised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON meter_reset
FOR EACH STATEMENT EXECUTE FUNCTION revise_book();
CREATE TRIGGER tenant_revised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON tenant
FOR EACH STATEMENT EXECUTE FUNCTION revise_book();
CREATE TRIGGER tenant_contact_revised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON tenant_contact
FOR EACH STATEMENT EXECUTE FUNCTION revise_book();
CREATE TRIGGER price_index_revised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON price_index
FOR EACH STATEMENT EXECUTE FUNCTION revise_book();
CREATE TRIGGER price_index_value_revised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON price_index_value
FOR EACH STATEMENT EXECUTE FUNCTION revise_book();
CREATE TRIGGER tariff_revised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON tariff
FOR EACH STATEMENT EXECUTE FUNCTION revise_book();
CREATE TRIGGER tariff_version_revised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON tariff_version
FOR EACH STATEMENT EXECUTE FUNCTION revise_book();
CREATE TRIGGER contract_revised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON contract
FOR EACH STATEMENT EXECUTE FUNCTION revise_book();
CREATE TRIGGER contract_line_revised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON contract_line
FOR EACH STATEMENT EXECUTE FUNCTION revise_book();
CREATE TRIGGER meter_assignment_revised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON meter_assignment
FOR EACH STATEMENT EXECUTE FUNCTION revise_book();
CREATE TRIGGER fixed_asset_revised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON fixed_asset
FOR EACH STATEMENT EXECUTE FUNCTION revise_book();
CREATE TRIGGER asset_component_revised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON asset_component
FOR EACH STATEMENT EXECUTE FUNCTION revise_book();
CREATE TRIGGER asset_event_revised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON asset_event
FOR EACH STATEMENT EXECUTE FUNCTION revise_book();
CREATE TRIGGER payback_terms_revised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON payback_terms
FOR EACH STATEMENT EXECUTE FUNCTION revise_book();
