-- Lists that come in by themselves: where each came from, what could not be read, the tokens of programs that
-- hand lists in, and by when a site expects its list. `received_by` of a list that nobody handed in is the nil
-- UUID: the service itself received it.
ALTER TABLE list ADD COLUMN origin text NOT NULL DEFAULT 'page';
ALTER TABLE list ADD COLUMN came_from text NOT NULL DEFAULT '';
ALTER TABLE list ADD COLUMN sent_at timestamptz;
ALTER TABLE list ADD COLUMN passed_over text NOT NULL DEFAULT '';
CREATE INDEX list_bytes ON list (site_id, sha256);

-- A file that came in by itself and could not be read, with its bytes, until somebody says that it is dealt with.
-- Bytes beyond the limit of a list are not kept: `size` says how many came, and `sha256` is of those looked at.
CREATE TABLE list_unread (
    id uuid PRIMARY KEY,
    site_id uuid NOT NULL REFERENCES site (id),
    origin text NOT NULL,
    came_from text NOT NULL,
    sent_at timestamptz,
    passed_over text NOT NULL,
    file_name text NOT NULL,
    sha256 text NOT NULL,
    size bigint NOT NULL,
    original bytea NOT NULL,
    why text NOT NULL,
    came_at timestamptz NOT NULL,
    dealt_with_at timestamptz,
    dealt_with_by uuid REFERENCES app_user (id)
);
CREATE INDEX list_unread_site ON list_unread (site_id, came_at);

-- What a program shows to hand in lists of one site. Only the SHA-256 of the secret is kept.
CREATE TABLE api_token (
    id uuid PRIMARY KEY,
    site_id uuid NOT NULL REFERENCES site (id),
    name text NOT NULL,
    secret_sha256 bytea NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid REFERENCES app_user (id),
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz,
    revoked_by uuid REFERENCES app_user (id)
);

-- The London time by which a list for the day should be in, such as 07:30, on days when the site is open. Empty
-- where none is expected.
ALTER TABLE site ADD COLUMN list_expected_by text NOT NULL DEFAULT '';
