CREATE TABLE person (
    id uuid PRIMARY KEY,
    version bigint NOT NULL DEFAULT 1,
    forenames text NOT NULL,
    surname text NOT NULL,
    preferred_name text NOT NULL DEFAULT '',
    date_of_birth text,
    gender text NOT NULL,
    ethnicity text NOT NULL DEFAULT '99',
    nhs_number text,
    identity_state text NOT NULL DEFAULT 'provisional',
    address text NOT NULL DEFAULT '',
    postcode text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',
    safe_contact text NOT NULL DEFAULT '',
    language text NOT NULL DEFAULT '',
    interpreter boolean NOT NULL DEFAULT false,
    adjustments text NOT NULL DEFAULT '',
    gp text NOT NULL DEFAULT '',
    deceased_on text,
    created_at timestamptz NOT NULL,
    created_by uuid
);
CREATE INDEX person_nhs_number ON person (nhs_number);

-- Every former state of a person's row, kept when it is corrected.
CREATE TABLE person_version (
    person_id uuid NOT NULL REFERENCES person (id),
    version bigint NOT NULL,
    content text NOT NULL,
    replaced_at timestamptz NOT NULL,
    replaced_by uuid,
    PRIMARY KEY (person_id, version)
);

CREATE TABLE person_alias (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    forenames text NOT NULL,
    surname text NOT NULL
);
CREATE INDEX person_alias_person ON person_alias (person_id);

CREATE TABLE person_identifier (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    kind text NOT NULL,
    value text NOT NULL
);
CREATE INDEX person_identifier_person ON person_identifier (person_id);

-- Blocking keys of the matching engine: candidates share at least one.
CREATE TABLE match_key (
    key text NOT NULL,
    person_id uuid NOT NULL REFERENCES person (id),
    PRIMARY KEY (key, person_id)
);
CREATE INDEX match_key_person ON match_key (person_id);

CREATE TABLE relationship (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    person_id uuid NOT NULL REFERENCES person (id),
    reason text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    reviewed_at timestamptz,
    reviewed_by uuid,
    review_note text NOT NULL DEFAULT ''
);
CREATE INDEX relationship_user ON relationship (user_id, person_id);

-- One list as received: the bytes are kept with their hash.
CREATE TABLE list (
    id uuid PRIMARY KEY,
    site_id uuid NOT NULL REFERENCES site (id),
    kind text NOT NULL,
    format text NOT NULL,
    list_date text NOT NULL,
    file_name text NOT NULL,
    sha256 text NOT NULL,
    original bytea NOT NULL,
    reading text NOT NULL,
    state text NOT NULL,
    received_at timestamptz NOT NULL,
    received_by uuid NOT NULL,
    committed_at timestamptz
);
CREATE INDEX list_site ON list (site_id, list_date);

-- One line of work for a site and day. `source` is the reader's entry, whole, as it last came.
CREATE TABLE list_entry (
    id uuid PRIMARY KEY,
    version bigint NOT NULL DEFAULT 1,
    site_id uuid NOT NULL REFERENCES site (id),
    list_id uuid NOT NULL REFERENCES list (id),
    kind text NOT NULL,
    list_date text NOT NULL,
    entry_key text NOT NULL,
    source_row bigint NOT NULL,
    source text NOT NULL,
    forenames text NOT NULL,
    surname text NOT NULL,
    date_of_birth text,
    custody_number text NOT NULL DEFAULT '',
    arrived_at timestamptz,
    detention_authorised_at timestamptz,
    sitting_at timestamptz,
    court_room text NOT NULL DEFAULT '',
    reporting_restriction text NOT NULL DEFAULT '',
    state text NOT NULL,
    reason text NOT NULL DEFAULT '',
    taken_by uuid REFERENCES app_user (id),
    person_id uuid REFERENCES person (id),
    episode_id uuid,
    gone_at timestamptz,
    best_person_id uuid,
    best_probability double precision,
    best_band text NOT NULL DEFAULT '',
    best_reason text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    UNIQUE (site_id, kind, list_date, entry_key)
);
CREATE INDEX list_entry_site ON list_entry (site_id, list_date);
CREATE INDEX list_entry_person ON list_entry (person_id);

CREATE TABLE match_decision (
    id uuid PRIMARY KEY,
    entry_id uuid NOT NULL REFERENCES list_entry (id),
    person_id uuid NOT NULL REFERENCES person (id),
    decision text NOT NULL,
    probability double precision NOT NULL,
    evidence text NOT NULL,
    decided_by uuid NOT NULL,
    decided_at timestamptz NOT NULL
);
CREATE INDEX match_decision_entry ON match_decision (entry_id);
