-- The version rises by one per UPDATE, whatever statement did it.
DROP TRIGGER IF EXISTS instances_bu;
CREATE TRIGGER instances_bu BEFORE UPDATE ON instances FOR EACH ROW SET NEW.version = OLD.version + 1;
