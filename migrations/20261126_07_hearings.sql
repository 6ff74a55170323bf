-- Which lines have ever had a hearing of Common Platform, so that news of the hearing finds them on whatever
-- day they stand. What is on a line now is told by the line's own entry.
CREATE TABLE list_hearing (
    entry_id uuid NOT NULL REFERENCES list_entry (id) ON DELETE CASCADE,
    hearing_id text NOT NULL,
    PRIMARY KEY (entry_id, hearing_id)
);
CREATE INDEX list_hearing_hearing ON list_hearing (hearing_id);
