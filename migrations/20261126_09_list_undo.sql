-- Bringing a list in, once: a list that was taken back can be brought in again. `number` orders those of a site.
CREATE TABLE list_commit (
    id uuid PRIMARY KEY,
    list_id uuid NOT NULL REFERENCES list (id),
    site_id uuid NOT NULL REFERENCES site (id),
    kind text NOT NULL,
    number bigint NOT NULL,
    brought_in_at timestamptz NOT NULL,
    brought_in_by uuid NOT NULL REFERENCES app_user (id),
    taken_back_at timestamptz,
    taken_back_by uuid REFERENCES app_user (id),
    UNIQUE (site_id, number)
);
CREATE INDEX list_commit_list ON list_commit (list_id, number);

-- What it did to each line: `before` is what the line was (JSON; empty for a line that was added) and `version_before`
-- its version then (0 for one that was added), `version` and `worked` are what the line was right afterwards, so that work done since can be told. `became` is what taking
-- the list back did. No reference to list_entry: a line that was added and taken back is there no longer.
CREATE TABLE list_commit_line (
    commit_id uuid NOT NULL REFERENCES list_commit (id),
    entry_id uuid NOT NULL,
    change text NOT NULL,
    before text NOT NULL,
    version_before bigint NOT NULL,
    version bigint NOT NULL,
    worked text NOT NULL,
    became text NOT NULL DEFAULT '',
    PRIMARY KEY (commit_id, entry_id)
);
CREATE INDEX list_commit_line_entry ON list_commit_line (entry_id);
