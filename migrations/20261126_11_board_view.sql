-- When the row was taken, so that whoever comes second is told since when a colleague has it.
ALTER TABLE list_entry ADD COLUMN taken_at timestamptz;

-- What one user wants to see of the board of one site: codes with a space between.
CREATE TABLE board_choice (
    user_id uuid NOT NULL REFERENCES app_user (id),
    site_id uuid NOT NULL REFERENCES site (id),
    filters text NOT NULL,
    rooms text NOT NULL,
    view text NOT NULL,
    PRIMARY KEY (user_id, site_id)
);

-- One act on rows of a board, and what became of each: what was told is read again, and undone.
CREATE TABLE board_act (
    id uuid PRIMARY KEY,
    site_id uuid NOT NULL REFERENCES site (id),
    user_id uuid NOT NULL REFERENCES app_user (id),
    at timestamptz NOT NULL,
    act text NOT NULL,
    reason text NOT NULL DEFAULT '',
    undoes uuid REFERENCES board_act (id)
);
CREATE TABLE board_act_row (
    act_id uuid NOT NULL REFERENCES board_act (id),
    -- A row that was left alone may go with its list, when that is taken back.
    entry_id uuid NOT NULL REFERENCES list_entry (id) ON DELETE CASCADE,
    -- Why the row was left alone, in words; empty when the act was done to it.
    left_because text NOT NULL DEFAULT '',
    -- The row as it was before, and the version that the act gave it.
    was_state text NOT NULL,
    was_reason text NOT NULL DEFAULT '',
    was_taken_by uuid REFERENCES app_user (id),
    was_taken_at timestamptz,
    version bigint NOT NULL,
    PRIMARY KEY (act_id, entry_id)
);

-- Who took a row over from whom, and why. Only added to.
CREATE TABLE entry_taken_over (
    id uuid PRIMARY KEY,
    entry_id uuid NOT NULL REFERENCES list_entry (id),
    from_user uuid NOT NULL REFERENCES app_user (id),
    to_user uuid NOT NULL REFERENCES app_user (id),
    reason text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX entry_taken_over_entry ON entry_taken_over (entry_id, at);
