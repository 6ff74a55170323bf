-- Alerts have one list of kinds, an owner, and a history. `owner_id` is who was given the alert by
-- name; without one its owner is the owner of the episode, whoever that is now. `waiting_since` is set
-- when an alert that was answered is handed over: the wait for an answer begins anew.
UPDATE alert SET kind = 'risk_to_others' WHERE kind = 'violence';
ALTER TABLE alert ADD COLUMN owner_id uuid REFERENCES app_user (id);
ALTER TABLE alert ADD COLUMN due_at timestamptz;
ALTER TABLE alert ADD COLUMN waiting_since timestamptz;
CREATE INDEX alert_owner ON alert (owner_id, state);
CREATE INDEX alert_state ON alert (state, episode_id);

-- Every answer to an alert, in order. Rows are added and never changed; the alert itself holds the last.
CREATE TABLE alert_step (
    alert_id uuid NOT NULL REFERENCES alert (id),
    number bigint NOT NULL,
    step text NOT NULL,
    at timestamptz NOT NULL,
    by_name text NOT NULL,
    words text NOT NULL DEFAULT '',
    review_on text,
    owner_name text NOT NULL DEFAULT '',
    PRIMARY KEY (alert_id, number)
);
INSERT INTO alert_step (alert_id, number, step, at, by_name)
SELECT id, 1, 'raised', raised_at, raised_by_name FROM alert;
INSERT INTO alert_step (alert_id, number, step, at, by_name, words, review_on)
SELECT id, 2, state, answered_at, answered_by_name, resolution, review_on FROM alert WHERE answered_at IS NOT NULL;
