-- Who changed, in the order of the commits: the matching engine's index in the memory of each server
-- follows it. It takes the place of the keys that were kept in the database.
CREATE TABLE match_change (
    seq bigint PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    at timestamptz NOT NULL
);
CREATE INDEX match_change_at ON match_change (at);
CREATE INDEX match_change_person ON match_change (person_id);

DROP TABLE match_key;
