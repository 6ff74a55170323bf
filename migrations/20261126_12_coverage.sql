-- Why somebody on a list was not seen, as it was said: lines are added, never changed. An empty reason is one taken
-- back. Without a user the service itself said it.
CREATE TABLE not_seen_said (
    id uuid PRIMARY KEY,
    entry_id uuid NOT NULL REFERENCES list_entry (id),
    reason text NOT NULL,
    state text NOT NULL,
    said_at timestamptz NOT NULL,
    said_by uuid REFERENCES app_user (id),
    said_by_name text NOT NULL
);
CREATE INDEX not_seen_said_entry ON not_seen_said (entry_id, said_at);

-- The offer to somebody who came and left while nobody of the service was there. What it takes to make the offer is
-- held until `purge_on` and then emptied, with whose it was; what remains is what is counted.
CREATE TABLE outreach (
    id uuid PRIMARY KEY,
    version bigint NOT NULL DEFAULT 1,
    site_id uuid NOT NULL REFERENCES site (id),
    list_date text NOT NULL,
    entry_id uuid REFERENCES list_entry (id),
    person_id uuid REFERENCES person (id),
    episode_id uuid REFERENCES episode (id),
    state text NOT NULL,
    obstacle text NOT NULL DEFAULT '',
    basis text NOT NULL,
    forenames text NOT NULL DEFAULT '',
    surname text NOT NULL DEFAULT '',
    address text NOT NULL DEFAULT '',
    postcode text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',
    language text NOT NULL DEFAULT '',
    safe_contact text NOT NULL DEFAULT '',
    safe_ways text NOT NULL DEFAULT '',
    adult_checked boolean NOT NULL DEFAULT false,
    assigned_to uuid REFERENCES app_user (id),
    found_at timestamptz NOT NULL,
    purge_on text NOT NULL,
    purged_at timestamptz
);
CREATE UNIQUE INDEX outreach_entry ON outreach (entry_id);
CREATE INDEX outreach_site ON outreach (site_id, state);
CREATE INDEX outreach_person ON outreach (person_id);
CREATE INDEX outreach_assigned ON outreach (assigned_to);
CREATE INDEX outreach_purge ON outreach (purge_on, purged_at);

-- What was done about an offer: codes only, so that nothing of anybody is left when the offer is emptied.
CREATE TABLE outreach_step (
    id uuid PRIMARY KEY,
    outreach_id uuid NOT NULL REFERENCES outreach (id),
    state text NOT NULL,
    obstacle text NOT NULL DEFAULT '',
    channel text NOT NULL DEFAULT '',
    wording text NOT NULL DEFAULT '',
    at timestamptz NOT NULL,
    by_user uuid REFERENCES app_user (id),
    by_name text NOT NULL
);
CREATE INDEX outreach_step_outreach ON outreach_step (outreach_id, at);

-- Reasons given before their history was kept. Nobody is named for them: who said so was not recorded.
INSERT INTO not_seen_said (id, entry_id, reason, state, said_at, said_by, said_by_name)
SELECT id, id, reason, state, created_at, NULL, 'Not recorded' FROM list_entry WHERE reason <> '';
