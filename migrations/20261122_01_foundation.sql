-- Column types are PostgreSQL's names; SQLite takes them as they are (uuid is stored as a blob,
-- timestamptz and dates as text that sorts). Statements end with a semicolon at the end of a line.

CREATE TABLE organisation (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    kind text NOT NULL
);

CREATE TABLE service (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisation (id),
    name text NOT NULL,
    help_phone text NOT NULL
);

CREATE TABLE site (
    id uuid PRIMARY KEY,
    service_id uuid NOT NULL REFERENCES service (id),
    name text NOT NULL,
    kind text NOT NULL,
    code text NOT NULL,
    hours text NOT NULL,
    sort_order bigint NOT NULL
);

CREATE TABLE app_user (
    id uuid PRIMARY KEY,
    version bigint NOT NULL DEFAULT 1,
    organisation_id uuid NOT NULL REFERENCES organisation (id),
    email text NOT NULL UNIQUE,
    name text NOT NULL,
    role text NOT NULL,
    registration text NOT NULL DEFAULT '',
    password_hash text NOT NULL,
    totp_secret bytea,
    totp_last_step bigint NOT NULL DEFAULT 0,
    locked boolean NOT NULL DEFAULT false,
    access_until timestamptz,
    created_at timestamptz NOT NULL
);

CREATE TABLE user_site (
    user_id uuid NOT NULL REFERENCES app_user (id),
    site_id uuid NOT NULL REFERENCES site (id),
    PRIMARY KEY (user_id, site_id)
);

-- id is the SHA-256 of the cookie's value: the table alone opens no session.
CREATE TABLE session (
    id bytea PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES app_user (id),
    site_id uuid REFERENCES site (id),
    csrf text NOT NULL,
    stage text NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE TABLE sign_in_attempt (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    at timestamptz NOT NULL,
    succeeded boolean NOT NULL
);
CREATE INDEX sign_in_attempt_email ON sign_in_attempt (email, at);

CREATE TABLE shift (
    id uuid PRIMARY KEY,
    site_id uuid NOT NULL REFERENCES site (id),
    user_id uuid NOT NULL REFERENCES app_user (id),
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL
);
CREATE INDEX shift_site ON shift (site_id, starts_at);

CREATE TABLE audit_head (
    id bigint PRIMARY KEY,
    seq bigint NOT NULL,
    hash text NOT NULL
);
INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

CREATE TABLE audit_row (
    seq bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    actor uuid,
    actor_name text NOT NULL,
    role text NOT NULL,
    organisation uuid,
    relationship text NOT NULL,
    purpose text NOT NULL,
    verb text NOT NULL,
    classes text NOT NULL,
    person uuid,
    episode uuid,
    site uuid,
    outcome text NOT NULL,
    detail text NOT NULL,
    request text NOT NULL,
    hash text NOT NULL
);
CREATE INDEX audit_row_person ON audit_row (person, seq);

-- What happened, for timelines and live boards. The audit log says who looked; this says what changed.
CREATE TABLE event (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    entered_at timestamptz NOT NULL,
    site_id uuid,
    person_id uuid,
    episode_id uuid,
    kind text NOT NULL,
    class text NOT NULL,
    words text NOT NULL,
    link text NOT NULL DEFAULT '',
    actor uuid,
    actor_name text NOT NULL
);
CREATE INDEX event_site ON event (site_id, id);
CREATE INDEX event_person ON event (person_id, at);

CREATE TABLE idempotency (
    key text PRIMARY KEY,
    user_id uuid NOT NULL,
    location text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX idempotency_created ON idempotency (created_at);

CREATE TABLE board_seen (
    user_id uuid NOT NULL,
    site_id uuid NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, site_id)
);
