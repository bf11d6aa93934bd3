-- Change a role along a drawn arrow, naming the version that was read. Promotion has its own procedure.
DROP PROCEDURE IF EXISTS move_instance;
DELIMITER //
CREATE PROCEDURE move_instance(
  IN p_inst BIGINT UNSIGNED, IN p_to VARCHAR(16), IN p_version BIGINT UNSIGNED, IN p_why VARCHAR(255))
BEGIN
  DECLARE v_agent BIGINT UNSIGNED;
  DECLARE v_lock BIGINT UNSIGNED;

  IF p_to = 'PRIMARY' THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'move: promotion has its own procedure', MYSQL_ERRNO = 31010;
  END IF;
  SELECT agent_id INTO v_agent FROM instances WHERE id = p_inst;
  SELECT id INTO v_lock FROM agents WHERE id = v_agent FOR UPDATE;
  UPDATE instances SET role = p_to, role_reason = p_why WHERE id = p_inst AND version = p_version;
  IF ROW_COUNT() <> 1 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'move: stale version', MYSQL_ERRNO = 31011;
  END IF;
END//
DELIMITER ;
