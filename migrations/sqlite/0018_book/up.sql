-- Which codes a tenant's structure requires on Chorus Pro.
ALTER TABLE tenant ADD COLUMN chorus_requires TEXT NOT NULL DEFAULT 'none'
  CHECK (chorus_requires IN ('none', 'service', 'engagement', 'either', 'both'));

-- Which state of the facility book this is: another number after every change of one of its tables, whoever makes it. The
-- book is read on nearly every page; who holds it with its revision need not read it again. The number is never one that
-- was there before, not even after a transaction that was undone.
CREATE TABLE book_revision (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  revision INTEGER NOT NULL
) STRICT;
INSERT INTO book_revision (id, revision) VALUES (1, random());

CREATE TRIGGER facility_revised_by_insert AFTER INSERT ON facility
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER facility_revised_by_update AFTER UPDATE ON facility
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER facility_revised_by_delete AFTER DELETE ON facility
BEGIN UPDATE book_revision SET revision = random(); END;

CREATE TRIGGER seller_revised_by_insert AFTER INSERT ON seller
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER seller_revised_by_update AFTER UPDATE ON seller
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER seller_revised_by_delete AFTER DELETE ON seller
BEGIN UPDATE book_revision SET revision = random(); END;

CREATE TRIGGER accounting_revised_by_insert AFTER INSERT ON accounting
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER accounting_revised_by_update AFTER UPDATE ON accounting
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER accounting_revised_by_delete AFTER DELETE ON accounting
BEGIN UPDATE book_revision SET revision = random(); END;

CREATE TRIGGER room_revised_by_insert AFTER INSERT ON room
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER room_revised_by_update AFTER UPDATE ON room
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER room_revised_by_delete AFTER DELETE ON room
BEGIN UPDATE book_revision SET revision = random(); END;

CREATE TRIGGER aisle_revised_by_insert AFTER INSERT ON aisle
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER aisle_revised_by_update AFTER UPDATE ON aisle
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER aisle_revised_by_delete AFTER DELETE ON aisle
BEGIN UPDATE book_revision SET revision = random(); END;

CREATE TRIGGER rack_revised_by_insert AFTER INSERT ON rack
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER rack_revised_by_update AFTER UPDATE ON rack
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER rack_revised_by_delete AFTER DELETE ON rack
BEGIN UPDATE book_revision SET revision = random(); END;

CREATE TRIGGER meter_revised_by_insert AFTER INSERT ON meter
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER meter_revised_by_update AFTER UPDATE ON meter
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER meter_revised_by_delete AFTER DELETE ON meter
BEGIN UPDATE book_revision SET revision = random(); END;

CREATE TRIGGER meter_reset_revised_by_insert AFTER INSERT ON meter_reset
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER meter_reset_revised_by_update AFTER UPDATE ON meter_reset
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER meter_reset_revised_by_delete AFTER DELETE ON meter_reset
BEGIN UPDATE book_revision SET revision = random(); END;

CREATE TRIGGER tenant_revised_by_insert AFTER INSERT ON tenant
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER tenant_revised_by_update AFTER UPDATE ON tenant
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER tenant_revised_by_delete AFTER DELETE ON tenant
BEGIN UPDATE book_revision SET revision = random(); END;

CREATE TRIGGER tenant_contact_revised_by_insert AFTER INSERT ON tenant_contact
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER tenant_contact_revised_by_update AFTER UPDATE ON tenant_contact
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER tenant_contact_revised_by_delete AFTER DELETE ON tenant_contact
BEGIN UPDATE book_revision SET revision = random(); END;

CREATE TRIGGER price_index_revised_by_insert AFTER INSERT ON price_index
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER price_index_revised_by_update AFTER UPDATE ON price_index
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER price_index_revised_by_delete AFTER DELETE ON price_index
BEGIN UPDATE book_revision SET revision = random(); END;

CREATE TRIGGER price_index_value_revised_by_insert AFTER INSERT ON price_index_value
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER price_index_value_revised_by_update AFTER UPDATE ON price_index_value
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER price_index_value_revised_by_delete AFTER DELETE ON price_index_value
BEGIN UPDATE book_revision SET revision = random(); END;

CREATE TRIGGER tariff_revised_by_insert AFTER INSERT ON tariff
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER tariff_revised_by_update AFTER UPDATE ON tariff
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER tariff_revised_by_delete AFTER DELETE ON tariff
BEGIN UPDATE book_revision SET revision = random(); END;

CREATE TRIGGER tariff_version_revised_by_insert AFTER INSERT ON tariff_version
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER tariff_version_revised_by_update AFTER UPDATE ON tariff_version
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER tariff_version_revised_by_delete AFTER DELETE ON tariff_version
BEGIN UPDATE book_revision SET revision = random(); END;

CREATE TRIGGER contract_revised_by_insert AFTER INSERT ON contract
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER contract_revised_by_update AFTER UPDATE ON contract
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER contract_revised_by_delete AFTER DELETE ON contract
BEGIN UPDATE book_revision SET revision = random(); END;

CREATE TRIGGER contract_line_revised_by_insert AFTER INSERT ON contract_line
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER contract_line_revised_by_update AFTER UPDATE ON contract_line
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER contract_line_revised_by_delete AFTER DELETE ON contract_line
BEGIN UPDATE book_revision SET revision = random(); END;

CREATE TRIGGER meter_assignment_revised_by_insert AFTER INSERT ON meter_assignment
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER meter_assignment_revised_by_update AFTER UPDATE ON meter_assignment
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER meter_assignment_revised_by_delete AFTER DELETE ON meter_assignment
BEGIN UPDATE book_revision SET revision = random(); END;

CREATE TRIGGER fixed_asset_revised_by_insert AFTER INSERT ON fixed_asset
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER fixed_asset_revised_by_update AFTER UPDATE ON fixed_asset
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER fixed_asset_revised_by_delete AFTER DELETE ON fixed_asset
BEGIN UPDATE book_revision SET revision = random(); END;

CREATE TRIGGER asset_component_revised_by_insert AFTER INSERT ON asset_component
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER asset_component_revised_by_update AFTER UPDATE ON asset_component
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER asset_component_revised_by_delete AFTER DELETE ON asset_component
BEGIN UPDATE book_revision SET revision = random(); END;

CREATE TRIGGER asset_event_revised_by_insert AFTER INSERT ON asset_event
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER asset_event_revised_by_update AFTER UPDATE ON asset_event
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER asset_event_revised_by_delete AFTER DELETE ON asset_event
BEGIN UPDATE book_revision SET revision = random(); END;

CREATE TRIGGER payback_terms_revised_by_insert AFTER INSERT ON payback_terms
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER payback_terms_revised_by_update AFTER UPDATE ON payback_terms
BEGIN UPDATE book_revision SET revision = random(); END;
CREATE TRIGGER payback_terms_revised_by_delete AFTER DELETE ON payback_terms
BEGIN UPDATE book_revision SET revision = random(); END;
