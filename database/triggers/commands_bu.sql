-- The version rises by one per UPDATE, whatever statement did it.
DROP TRIGGER IF EXISTS commands_bu;
CREATE TRIGGER commands_bu BEFORE UPDATE ON commands FOR EACH ROW SET NEW.version = OLD.version + 1;
