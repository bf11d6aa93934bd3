-- Let a PRIMARY go: it runs on as plain inventory, without an agent and without a role.
DROP PROCEDURE IF EXISTS release_instance;
DELIMITER //
CREATE PROCEDURE release_instance(IN p_inst BIGINT UNSIGNED, IN p_version BIGINT UNSIGNED, IN p_why VARCHAR(255))
BEGIN
  DECLARE v_agent BIGINT UNSIGNED;
  DECLARE v_lock BIGINT UNSIGNED;

  SELECT agent_id INTO v_agent FROM instances WHERE id = p_inst;
  SELECT id INTO v_lock FROM agents WHERE id = v_agent FOR UPDATE;
  UPDATE instances SET role = NULL, agent_id = NULL, role_reason = p_why WHERE id = p_inst AND version = p_version;
  IF ROW_COUNT() <> 1 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'release: stale version', MYSQL_ERRNO = 31011;
  END IF;
END//
DELIMITER ;
