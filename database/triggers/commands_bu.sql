-- The version rises by one per UPDATE, whatever statement did it; a finished command stays as it is (SM-06).
DROP TRIGGER IF EXISTS commands_bu;
DELIMITER //
CREATE TRIGGER commands_bu BEFORE UPDATE ON commands FOR EACH ROW
BEGIN
  IF OLD.status IN ('completed', 'failed', 'expired') AND NEW.status <> OLD.status THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'commands: a finished one stays so', MYSQL_ERRNO = 31031;
  END IF;
  SET NEW.version = OLD.version + 1;
END//
DELIMITER ;
