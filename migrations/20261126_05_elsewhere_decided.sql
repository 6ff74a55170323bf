-- What is decided about a record elsewhere after a search stands on no line of a list: then `person_id`
-- says of which person of ours it was decided. Both databases know no other way to let a column be empty.
CREATE TABLE decided_elsewhere (
    id uuid PRIMARY KEY,
    entry_id uuid REFERENCES list_entry (id),
    elsewhere_id uuid NOT NULL REFERENCES elsewhere (id),
    person_id uuid REFERENCES person (id),
    decision text NOT NULL,
    probability double precision NOT NULL,
    evidence text NOT NULL,
    decided_by uuid NOT NULL REFERENCES app_user (id),
    decided_at timestamptz NOT NULL
);
INSERT INTO decided_elsewhere (id, entry_id, elsewhere_id, decision, probability, evidence, decided_by, decided_at)
    SELECT id, entry_id, elsewhere_id, decision, probability, evidence, decided_by, decided_at FROM elsewhere_decision;
DROP TABLE elsewhere_decision;
ALTER TABLE decided_elsewhere RENAME TO elsewhere_decision;
CREATE INDEX elsewhere_decision_entry ON elsewhere_decision (entry_id);
CREATE INDEX elsewhere_decision_elsewhere ON elsewhere_decision (elsewhere_id);
CREATE INDEX elsewhere_decision_person ON elsewhere_decision (person_id);

-- A record that has gone is removed after some time; the feed must not name it by then.
CREATE INDEX elsewhere_gone ON elsewhere (gone_at);
CREATE INDEX match_change_elsewhere ON match_change (elsewhere_id);

-- Up to which number of the feed of changes a line's likeliest match is known to be right. Lines from
-- before this are looked at again.
ALTER TABLE list_entry ADD COLUMN best_seq bigint NOT NULL DEFAULT -1;
