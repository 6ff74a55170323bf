-- The care plan. A goal and an intervention stand as they are now, with a version; every state they have been in is a
-- line of `care_line`, which is added to and never changed. `at` is when it happened, `entered_at` when it was written.
CREATE TABLE care_goal (
    id uuid PRIMARY KEY,
    version bigint NOT NULL DEFAULT 1,
    person_id uuid NOT NULL REFERENCES person (id),
    episode_id uuid NOT NULL REFERENCES episode (id),
    need_code text NOT NULL DEFAULT '',
    need_label text NOT NULL DEFAULT '',
    own_words text NOT NULL,
    aim text NOT NULL,
    state text NOT NULL,
    set_at timestamptz NOT NULL,
    set_by uuid NOT NULL REFERENCES app_user (id),
    set_by_name text NOT NULL
);
CREATE INDEX care_goal_person ON care_goal (person_id);
CREATE INDEX care_goal_episode ON care_goal (episode_id, state);

CREATE TABLE care_intervention (
    id uuid PRIMARY KEY,
    version bigint NOT NULL DEFAULT 1,
    person_id uuid NOT NULL REFERENCES person (id),
    episode_id uuid NOT NULL REFERENCES episode (id),
    goal_id uuid NOT NULL REFERENCES care_goal (id),
    what text NOT NULL,
    approach text NOT NULL DEFAULT '',
    doer text NOT NULL,
    referral_id uuid REFERENCES referral (id),
    starts_on text NOT NULL,
    review_on text NOT NULL DEFAULT '',
    state text NOT NULL,
    planned_at timestamptz NOT NULL,
    planned_by uuid NOT NULL REFERENCES app_user (id),
    planned_by_name text NOT NULL
);
CREATE INDEX care_intervention_person ON care_intervention (person_id);
CREATE INDEX care_intervention_goal ON care_intervention (goal_id);
CREATE INDEX care_intervention_episode ON care_intervention (episode_id);

-- One line of the history of a goal, or of one of its interventions: what it became, with every word that stood then.
CREATE TABLE care_line (
    id uuid PRIMARY KEY,
    goal_id uuid NOT NULL REFERENCES care_goal (id),
    intervention_id uuid REFERENCES care_intervention (id),
    version bigint NOT NULL,
    act text NOT NULL,
    state text NOT NULL,
    words text NOT NULL,
    own_words text NOT NULL DEFAULT '',
    review_on text NOT NULL DEFAULT '',
    at timestamptz NOT NULL,
    entered_at timestamptz NOT NULL,
    by_user uuid NOT NULL REFERENCES app_user (id),
    by_name text NOT NULL
);
CREATE INDEX care_line_goal ON care_line (goal_id, entered_at);

-- Why a need has no goal: lines are added, the newest speaks.
CREATE TABLE care_need_said (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    episode_id uuid NOT NULL REFERENCES episode (id),
    need_code text NOT NULL,
    need_label text NOT NULL,
    reason text NOT NULL,
    words text NOT NULL,
    at timestamptz NOT NULL,
    by_user uuid NOT NULL REFERENCES app_user (id),
    by_name text NOT NULL
);
CREATE INDEX care_need_said_person ON care_need_said (person_id);
CREATE INDEX care_need_said_episode ON care_need_said (episode_id);

-- A decision about care: what was considered, the least restrictive option among it, what was chosen, and why.
CREATE TABLE care_decision (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    episode_id uuid NOT NULL REFERENCES episode (id),
    question text NOT NULL,
    considered text NOT NULL,
    least_restrictive text NOT NULL,
    chosen text NOT NULL,
    why text NOT NULL,
    own_words text NOT NULL DEFAULT '',
    at timestamptz NOT NULL,
    entered_at timestamptz NOT NULL,
    by_user uuid NOT NULL REFERENCES app_user (id),
    by_name text NOT NULL
);
CREATE INDEX care_decision_person ON care_decision (person_id);
CREATE INDEX care_decision_episode ON care_decision (episode_id);
