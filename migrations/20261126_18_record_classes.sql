-- Whether a record holds something of a class with readers of its own: what other people said, or a sealed note. Kept
-- with each save, so that silence about it can be told without reading it.
ALTER TABLE record ADD COLUMN third_party boolean NOT NULL DEFAULT false;
ALTER TABLE record ADD COLUMN sealed boolean NOT NULL DEFAULT false;
UPDATE record SET third_party = true WHERE answers LIKE '%"others_said":%';
CREATE INDEX record_restricted ON record (person_id) WHERE third_party OR sealed;
ALTER TABLE addendum ADD COLUMN class text NOT NULL DEFAULT 'clinical';

-- The last day, in London, until which what a new starter signs waits for a colleague.
ALTER TABLE app_user ADD COLUMN countersign_until text;

-- What was done to a record, in order: a ledger, lines are added and never changed. It tells how a record stood on
-- any date; a signature that was sent back stays here with the text it was put under.
CREATE TABLE record_act (
    record_id uuid NOT NULL REFERENCES record (id),
    number bigint NOT NULL,
    kind text NOT NULL,
    version bigint NOT NULL,
    form_version text NOT NULL,
    snapshot text NOT NULL DEFAULT '',
    words text NOT NULL DEFAULT '',
    at timestamptz NOT NULL,
    by_user uuid NOT NULL,
    by_name text NOT NULL,
    PRIMARY KEY (record_id, number)
);
INSERT INTO record_act (record_id, number, kind, version, form_version, snapshot, at, by_user, by_name)
SELECT id, 1, CASE WHEN state = 'awaiting' OR countersigned_at IS NOT NULL THEN 'awaiting' ELSE 'signed' END, version,
       form_version, snapshot, signed_at, signed_by, signed_by_name
  FROM record WHERE signed_at IS NOT NULL AND signed_by IS NOT NULL;
INSERT INTO record_act (record_id, number, kind, version, form_version, at, by_user, by_name)
SELECT id, 2, 'countersigned', version, form_version, countersigned_at, countersigned_by, countersigned_by_name
  FROM record WHERE countersigned_at IS NOT NULL AND countersigned_by IS NOT NULL;
-- Who marked a record in error, and when, was told by its event only: the newest of the episode speaks.
INSERT INTO record_act (record_id, number, kind, version, form_version, words, at, by_user, by_name)
SELECT r.id, 3, 'in_error', r.version, r.form_version, r.error_reason,
       COALESCE((SELECT MAX(e.at) FROM event e WHERE e.episode_id = r.episode_id AND e.words LIKE '%marked in error'), r.updated_at),
       r.updated_by, 'Not recorded'
  FROM record r WHERE r.state = 'in_error';
