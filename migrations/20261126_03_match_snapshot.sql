-- The matching engine's index as one server wrote it at night, so that a start reads it and the changes since
-- in place of everybody. It is a copy of names, dates of birth and numbers: each night's takes the place of the
-- one before. `seq` is the number of the feed `match_change` it stands for. `described` and `migration` say how
-- people were described then: a program that does so otherwise reads everybody. `pieces` is how many there are,
-- and is given with the last one: until then nobody reads it.
CREATE TABLE match_snapshot (
    id uuid PRIMARY KEY,
    seq bigint NOT NULL,
    people bigint NOT NULL,
    described bigint NOT NULL,
    migration text NOT NULL,
    made_at timestamptz NOT NULL,
    pieces bigint
);
CREATE TABLE match_snapshot_piece (
    snapshot_id uuid NOT NULL REFERENCES match_snapshot (id),
    number bigint NOT NULL,
    bytes bytea NOT NULL,
    PRIMARY KEY (snapshot_id, number)
);

-- A start counts the records that their sources still have.
CREATE INDEX elsewhere_in_use ON elsewhere (gone_at, id);
