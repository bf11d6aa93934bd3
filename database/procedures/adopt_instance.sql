-- Make plain inventory the first PRIMARY of a new agent.
DROP PROCEDURE IF EXISTS adopt_instance;
DELIMITER //
CREATE PROCEDURE adopt_instance(
  IN p_inst BIGINT UNSIGNED, IN p_agent BIGINT UNSIGNED, IN p_version BIGINT UNSIGNED, IN p_why VARCHAR(255))
BEGIN
  DECLARE v_lock BIGINT UNSIGNED;

  SELECT id INTO v_lock FROM agents WHERE id = p_agent FOR UPDATE;
  UPDATE instances SET role = 'PRIMARY', agent_id = p_agent, role_reason = p_why, status = 'running_primary'
    WHERE id = p_inst AND agent_id IS NULL AND version = p_version;
  IF ROW_COUNT() <> 1 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'adopt: stale version', MYSQL_ERRNO = 31011;
  END IF;
END//
DELIMITER ;
