-- The version rises by one per UPDATE, whatever statement did it.
DROP TRIGGER IF EXISTS agents_bu;
CREATE TRIGGER agents_bu BEFORE UPDATE ON agents FOR EACH ROW SET NEW.version = OLD.version + 1;
