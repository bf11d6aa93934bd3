-- The first role of an instance enters its history.
DROP TRIGGER IF EXISTS instances_ai;
DELIMITER //
CREATE TRIGGER instances_ai AFTER INSERT ON instances FOR EACH ROW
BEGIN
  IF NEW.role IS NOT NULL THEN
    INSERT INTO instance_history (instance_id, from_role, to_role, version, sentence, at)
    VALUES (NEW.id, 'NONE', NEW.role, NEW.version, NEW.role_reason, UTC_TIMESTAMP(6));
  END IF;
END//
DELIMITER ;
