-- Legal events of an episode: lines are added, never changed. A line that `replaces` another takes its place; one that
-- is `withdrawn` takes it away, because it was entered in error.
CREATE TABLE legal_event (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    episode_id uuid NOT NULL REFERENCES episode (id),
    kind text NOT NULL,
    at timestamptz NOT NULL,
    ended_at timestamptz,
    minutes bigint,
    section text NOT NULL DEFAULT '',
    offence text NOT NULL DEFAULT '',
    allocation text NOT NULL DEFAULT '',
    first_appearance_at timestamptz,
    decided_by text NOT NULL DEFAULT '',
    decider_name text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',
    replaces uuid REFERENCES legal_event (id),
    withdrawn boolean NOT NULL DEFAULT false,
    recorded_at timestamptz NOT NULL,
    recorded_by uuid NOT NULL,
    recorded_by_name text NOT NULL
);
CREATE INDEX legal_event_episode ON legal_event (episode_id, at);
CREATE INDEX legal_event_person ON legal_event (person_id);
-- One line is replaced once: whoever corrects it second sees the first correction.
CREATE UNIQUE INDEX legal_event_replaces ON legal_event (replaces);
