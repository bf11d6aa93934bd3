-- The version rises by one per UPDATE, whatever statement did it.
DROP TRIGGER IF EXISTS clients_bu;
CREATE TRIGGER clients_bu BEFORE UPDATE ON clients FOR EACH ROW SET NEW.version = OLD.version + 1;
