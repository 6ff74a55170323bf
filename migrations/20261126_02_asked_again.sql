-- A question that somebody answered is asked again only when one of the two descriptions changed since,
-- and the screen says which. So both are kept as they were: the list's is in `evidence` already.
ALTER TABLE match_decision ADD COLUMN known text NOT NULL DEFAULT '';

-- What was compared, word for word in place of its hash: both records as they were.
ALTER TABLE duplicate_pair RENAME COLUMN fingerprint TO compared;
-- What was decided before the question was asked again, and what changed. Who decided, when and why stays.
ALTER TABLE duplicate_pair ADD COLUMN earlier_state text NOT NULL DEFAULT '';
ALTER TABLE duplicate_pair ADD COLUMN asked_again text NOT NULL DEFAULT '';
