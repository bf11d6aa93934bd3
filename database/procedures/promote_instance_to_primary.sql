-- Make a replica the PRIMARY of its agent, inside the caller's transaction.
--
-- The agent row is locked first, so promotions of one agent queue up; the epoch tells the winner from the
-- late. Demote comes before promote: the unique PRIMARY slot allows no other order.
DROP PROCEDURE IF EXISTS promote_instance_to_primary;
DELIMITER //
CREATE PROCEDURE promote_instance_to_primary(
  IN p_agent BIGINT UNSIGNED, IN p_inst BIGINT UNSIGNED, IN p_epoch BIGINT UNSIGNED,
  IN p_actor VARCHAR(64), IN p_behalf VARCHAR(64), IN p_request VARCHAR(128), IN p_why VARCHAR(255))
BEGIN
  DECLARE v_old BIGINT UNSIGNED;
  DECLARE v_epoch BIGINT UNSIGNED;
  DECLARE v_client BIGINT UNSIGNED;
  DECLARE v_role VARCHAR(16);
  DECLARE v_doomed DATETIME(6);
  DECLARE v_machine VARCHAR(32);

  BEGIN   -- a savepoint outside a transaction is gone at once: 1305 on both servers
    DECLARE EXIT HANDLER FOR 1305
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'promote: needs a transaction', MYSQL_ERRNO = 31001;
    SAVEPOINT promote_guard;
    ROLLBACK TO SAVEPOINT promote_guard;
  END;

  SELECT primary_instance_id, epoch, client_id INTO v_old, v_epoch, v_client
    FROM agents WHERE id = p_agent FOR UPDATE;
  IF v_epoch IS NULL OR v_epoch <> p_epoch THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'promote: stale epoch', MYSQL_ERRNO = 31002;
  END IF;

  SELECT role, terminate_requested_at, ec2_instance_id INTO v_role, v_doomed, v_machine
    FROM instances WHERE id = p_inst AND agent_id = p_agent FOR UPDATE;
  IF v_role IS NULL OR v_role <> 'REPLICA' THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'promote: not a replica', MYSQL_ERRNO = 31003;
  END IF;
  IF v_doomed IS NOT NULL THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'promote: candidate is being terminated', MYSQL_ERRNO = 31004;
  END IF;
  IF v_machine IS NULL THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'promote: candidate has no machine yet', MYSQL_ERRNO = 31005;
  END IF;

  UPDATE instances SET role = 'ZOMBIE', role_reason = p_why WHERE id = v_old;
  UPDATE instances SET role = 'PRIMARY', role_reason = p_why, replica_expiry = NULL WHERE id = p_inst;
  UPDATE agents SET primary_instance_id = p_inst, epoch = epoch + 1 WHERE id = p_agent;
  INSERT INTO audit_logs (client_id, at, actor_id, on_behalf_of, action, resource_type, resource_id,
                          before_state, after_state, why, request_id)
  VALUES (v_client, UTC_TIMESTAMP(6), p_actor, p_behalf, 'promote', 'agent', p_agent,
          CONCAT('{"epoch":', v_epoch, ',"primary":', v_old, '}'),
          CONCAT('{"epoch":', v_epoch + 1, ',"primary":', p_inst, '}'), p_why, p_request);
END//
DELIMITER ;
