-- The audit log is append only.
DROP TRIGGER IF EXISTS audit_logs_bd;
CREATE TRIGGER audit_logs_bd BEFORE DELETE ON audit_logs FOR EACH ROW
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'audit: append only', MYSQL_ERRNO = 31020;
