-- What was measured when a model was uploaded, put in charge or taken out of it.

ALTER TABLE ml_sessions ADD COLUMN figures LONGTEXT NULL;
