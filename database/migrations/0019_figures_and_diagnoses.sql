-- What was measured when a model was uploaded, put in charge or taken out of it; what the server said before an alarm.

ALTER TABLE ml_sessions ADD COLUMN figures LONGTEXT NULL;

ALTER TABLE notifications ADD COLUMN details LONGTEXT NULL;
