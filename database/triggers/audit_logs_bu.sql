-- The audit log is append only.
DROP TRIGGER IF EXISTS audit_logs_bu;
CREATE TRIGGER audit_logs_bu BEFORE UPDATE ON audit_logs FOR EACH ROW
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'audit: append only', MYSQL_ERRNO = 31020;
