-- People as another register knows them, such as a hospital's patient index: taken over whole each
-- time, and found beside our own people. `person_id` is the person of ours who was made from the record
-- or whom somebody decided it to be of. Aliases and postcodes are JSON lists. `gone_at`: the newest
-- index no longer had the record; it is not found any more, and what was decided about it stays.
CREATE TABLE elsewhere (
    id uuid PRIMARY KEY,
    source text NOT NULL,
    number text NOT NULL,
    forenames text NOT NULL,
    surname text NOT NULL,
    aliases text NOT NULL,
    date_of_birth text,
    born_from bigint,
    born_to bigint,
    gender text NOT NULL,
    ethnicity text NOT NULL,
    address text NOT NULL,
    postcodes text NOT NULL,
    nhs_number text,
    pnc text,
    cro text,
    phone text NOT NULL,
    gp text NOT NULL,
    is_deceased boolean NOT NULL,
    deceased_on text,
    in_use boolean NOT NULL,
    sha256 text NOT NULL,
    first_seen_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    gone_at timestamptz,
    person_id uuid REFERENCES person (id),
    taken_at timestamptz,
    UNIQUE (source, number)
);
CREATE INDEX elsewhere_source ON elsewhere (source, id);
CREATE INDEX elsewhere_person ON elsewhere (person_id);
CREATE INDEX elsewhere_nhs_number ON elsewhere (nhs_number);

-- What was decided about a record elsewhere that looked like a line of a list.
CREATE TABLE elsewhere_decision (
    id uuid PRIMARY KEY,
    entry_id uuid NOT NULL REFERENCES list_entry (id),
    elsewhere_id uuid NOT NULL REFERENCES elsewhere (id),
    decision text NOT NULL,
    probability double precision NOT NULL,
    evidence text NOT NULL,
    decided_by uuid NOT NULL REFERENCES app_user (id),
    decided_at timestamptz NOT NULL
);
CREATE INDEX elsewhere_decision_entry ON elsewhere_decision (entry_id);

-- The feed of changes that the index in each server's memory follows tells of both.
CREATE TABLE known_change (
    seq bigint PRIMARY KEY,
    person_id uuid REFERENCES person (id),
    elsewhere_id uuid REFERENCES elsewhere (id),
    at timestamptz NOT NULL
);
INSERT INTO known_change (seq, person_id, at) SELECT seq, person_id, at FROM match_change;
DROP TABLE match_change;
ALTER TABLE known_change RENAME TO match_change;
CREATE INDEX match_change_at ON match_change (at);
CREATE INDEX match_change_person ON match_change (person_id);

-- Work that one server does once a night for all of them.
CREATE TABLE night_work (
    job text NOT NULL,
    night text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (job, night)
);
