-- Advice given to a colleague, the police or a court: one row for each version, the highest number stands. Without a
-- person nobody is named. What was told of a person to somebody outside is in the disclosure ledger too.
CREATE TABLE consultation (
    id uuid PRIMARY KEY,
    first_id uuid NOT NULL,
    number bigint NOT NULL,
    site_id uuid NOT NULL REFERENCES site (id),
    person_id uuid REFERENCES person (id),
    episode_id uuid REFERENCES episode (id),
    asked_by text NOT NULL,
    topic text NOT NULL,
    how text NOT NULL,
    minutes bigint NOT NULL,
    asked text NOT NULL DEFAULT '',
    advised text NOT NULL,
    at timestamptz NOT NULL,
    entered_at timestamptz NOT NULL,
    by_user uuid NOT NULL REFERENCES app_user (id),
    by_name text NOT NULL,
    why_corrected text NOT NULL DEFAULT '',
    disclosure_id uuid REFERENCES disclosure (id)
);
CREATE UNIQUE INDEX consultation_version ON consultation (first_id, number);
CREATE INDEX consultation_site ON consultation (site_id, at);
CREATE INDEX consultation_by ON consultation (by_user, at);
CREATE INDEX consultation_person ON consultation (person_id);
