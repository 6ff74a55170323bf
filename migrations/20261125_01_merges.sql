-- Two records of one person. A person whose record was joined into another's keeps their row, and
-- `merged_into` says where everything else of theirs is now.
ALTER TABLE person ADD COLUMN merged_into uuid REFERENCES person (id);
CREATE INDEX person_merged_into ON person (merged_into);

-- Two people who may be one, in the order of their ids. `fingerprint` is of what was compared: when
-- it differs later, the question is asked again.
CREATE TABLE duplicate_pair (
    id uuid PRIMARY KEY,
    version bigint NOT NULL DEFAULT 1,
    first_id uuid NOT NULL REFERENCES person (id),
    second_id uuid NOT NULL REFERENCES person (id),
    probability double precision NOT NULL,
    band text NOT NULL,
    reason text NOT NULL,
    fingerprint text NOT NULL,
    state text NOT NULL,
    proposed_at timestamptz NOT NULL,
    proposed_by uuid,
    proposed_by_name text NOT NULL DEFAULT '',
    decided_at timestamptz,
    decided_by uuid,
    decided_by_name text NOT NULL DEFAULT '',
    decision_reason text NOT NULL DEFAULT '',
    merge_id uuid,
    UNIQUE (first_id, second_id),
    CHECK (first_id < second_id)
);
CREATE INDEX duplicate_pair_state ON duplicate_pair (state, probability);
CREATE INDEX duplicate_pair_second ON duplicate_pair (second_id);

-- One joining of two records by somebody, and its undoing when there was one.
CREATE TABLE person_merge (
    id uuid PRIMARY KEY,
    keep_id uuid NOT NULL REFERENCES person (id),
    away_id uuid NOT NULL REFERENCES person (id),
    reason text NOT NULL CHECK (reason <> ''),
    at timestamptz NOT NULL,
    by_user uuid NOT NULL REFERENCES app_user (id),
    by_name text NOT NULL,
    wrong_number text NOT NULL DEFAULT '',
    wrong_number_reason text NOT NULL DEFAULT '',
    number_before text,
    number_after text,
    undone_at timestamptz,
    undone_by uuid REFERENCES app_user (id),
    undone_by_name text NOT NULL DEFAULT '',
    undo_reason text NOT NULL DEFAULT '',
    CHECK (keep_id <> away_id)
);
CREATE INDEX person_merge_keep ON person_merge (keep_id, at);
CREATE INDEX person_merge_away ON person_merge (away_id, at);

-- Every row of the two people at the moment of joining: `moved` from one to the other, `added` by
-- the joining itself, or `there` before. What is not named here came afterwards.
CREATE TABLE person_merge_row (
    merge_id uuid NOT NULL REFERENCES person_merge (id),
    table_name text NOT NULL,
    column_name text NOT NULL,
    row_id uuid NOT NULL,
    was text NOT NULL,
    PRIMARY KEY (merge_id, table_name, column_name, row_id)
);

-- Joining, and every question of policy, asks for the rows of one person.
CREATE INDEX consent_person ON consent (person_id, consent_for, recorded_at);
CREATE INDEX finding_person ON finding (person_id);
CREATE INDEX document_person ON document (person_id);
CREATE INDEX referral_person ON referral (person_id);
CREATE INDEX task_person ON task (person_id);
CREATE INDEX contact_person ON contact (person_id);
CREATE INDEX outcome_person ON outcome (person_id);
CREATE INDEX match_decision_person ON match_decision (person_id);
CREATE INDEX relationship_person ON relationship (person_id);
CREATE INDEX list_entry_best_person ON list_entry (best_person_id);
