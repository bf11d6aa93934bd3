-- What was planned under SAFE MODE stays a plan for ever (INV-08).
DROP TRIGGER IF EXISTS actions_bu;
DELIMITER //
CREATE TRIGGER actions_bu BEFORE UPDATE ON actions FOR EACH ROW
BEGIN
  IF OLD.state = 'dry_run' AND NEW.state <> 'dry_run' THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'actions: a dry run stays one', MYSQL_ERRNO = 31030;
  END IF;
END//
DELIMITER ;
