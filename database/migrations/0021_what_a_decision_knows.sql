-- Why a decision can be trusted, in words beside the figure.

ALTER TABLE ml_decisions ADD COLUMN confidence_why VARCHAR(255) NULL AFTER confidence;
