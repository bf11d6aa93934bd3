-- The version rises by one per UPDATE, whatever statement did it.
DROP TRIGGER IF EXISTS accounts_bu;
CREATE TRIGGER accounts_bu BEFORE UPDATE ON accounts FOR EACH ROW SET NEW.version = OLD.version + 1;
