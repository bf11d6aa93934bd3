-- Each change of role enters the history, whose foreign key refuses an illegal arrow.
DROP TRIGGER IF EXISTS instances_au;
DELIMITER //
CREATE TRIGGER instances_au AFTER UPDATE ON instances FOR EACH ROW
BEGIN
  IF NOT (NEW.role <=> OLD.role) THEN
    INSERT INTO instance_history (instance_id, from_role, to_role, version, sentence, at)
    VALUES (NEW.id, COALESCE(OLD.role, 'NONE'), COALESCE(NEW.role, 'NONE'), NEW.version, NEW.role_reason, UTC_TIMESTAMP(6));
  END IF;
END//
DELIMITER ;
