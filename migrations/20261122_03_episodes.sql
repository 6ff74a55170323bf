CREATE TABLE episode (
    id uuid PRIMARY KEY,
    version bigint NOT NULL DEFAULT 1,
    person_id uuid NOT NULL REFERENCES person (id),
    site_id uuid NOT NULL REFERENCES site (id),
    entry_id uuid REFERENCES list_entry (id),
    point_of_contact text NOT NULL,
    referral_source text NOT NULL,
    legal_status text NOT NULL,
    urgency text NOT NULL DEFAULT '',
    custody_number text NOT NULL DEFAULT '',
    urn text NOT NULL DEFAULT '',
    offences text NOT NULL DEFAULT '',
    reporting_restriction text NOT NULL DEFAULT '',
    arrested_at timestamptz,
    arrived_at timestamptz,
    detention_authorised_at timestamptz,
    released_at timestamptz,
    next_hearing_at timestamptz,
    opened_at timestamptz NOT NULL,
    opened_by uuid NOT NULL,
    owner_id uuid NOT NULL REFERENCES app_user (id),
    next_action text NOT NULL,
    next_action_due timestamptz NOT NULL,
    link_organisation_id uuid REFERENCES organisation (id),
    link_worker_id uuid REFERENCES app_user (id),
    out_of_hours boolean NOT NULL DEFAULT false,
    not_screened_reason text NOT NULL DEFAULT '',
    not_assessed_reason text NOT NULL DEFAULT '',
    assessment_needed boolean,
    closed_at timestamptz,
    closed_by uuid,
    closure_reason text NOT NULL DEFAULT '',
    closure_note text NOT NULL DEFAULT ''
);
CREATE INDEX episode_person ON episode (person_id);
CREATE INDEX episode_site ON episode (site_id, closed_at);
CREATE INDEX episode_owner ON episode (owner_id, closed_at);
CREATE INDEX episode_opened ON episode (opened_at);
CREATE INDEX episode_link_worker ON episode (link_worker_id);

-- A ledger: lines are added, never changed; the newest line for a recipient speaks.
CREATE TABLE consent (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    episode_id uuid NOT NULL REFERENCES episode (id),
    consent_for text NOT NULL,
    state text NOT NULL,
    words text NOT NULL DEFAULT '',
    how_explained text NOT NULL DEFAULT '',
    recorded_at timestamptz NOT NULL,
    recorded_by uuid NOT NULL,
    recorded_by_name text NOT NULL
);
CREATE INDEX consent_episode ON consent (episode_id, consent_for, recorded_at);

-- A filled-in form. Signed content is frozen in `snapshot`; drafts keep every saved state.
CREATE TABLE record (
    id uuid PRIMARY KEY,
    version bigint NOT NULL DEFAULT 1,
    person_id uuid NOT NULL REFERENCES person (id),
    episode_id uuid NOT NULL REFERENCES episode (id),
    form_id text NOT NULL,
    form_version text NOT NULL,
    state text NOT NULL,
    answers text NOT NULL,
    snapshot text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    updated_by_name text NOT NULL,
    signed_at timestamptz,
    signed_by uuid,
    signed_by_name text NOT NULL DEFAULT '',
    countersigned_at timestamptz,
    countersigned_by uuid,
    countersigned_by_name text NOT NULL DEFAULT '',
    error_reason text NOT NULL DEFAULT ''
);
CREATE INDEX record_episode ON record (episode_id, form_id);
CREATE INDEX record_person ON record (person_id);

CREATE TABLE record_version (
    record_id uuid NOT NULL REFERENCES record (id),
    version bigint NOT NULL,
    answers text NOT NULL,
    saved_at timestamptz NOT NULL,
    saved_by uuid NOT NULL,
    saved_by_name text NOT NULL,
    conflicts_with bigint,
    PRIMARY KEY (record_id, version)
);

CREATE TABLE addendum (
    id uuid PRIMARY KEY,
    record_id uuid NOT NULL REFERENCES record (id),
    words text NOT NULL,
    at timestamptz NOT NULL,
    by_user uuid NOT NULL,
    by_name text NOT NULL
);
CREATE INDEX addendum_record ON addendum (record_id);

CREATE TABLE alert (
    id uuid PRIMARY KEY,
    version bigint NOT NULL DEFAULT 1,
    person_id uuid NOT NULL REFERENCES person (id),
    episode_id uuid NOT NULL REFERENCES episode (id),
    record_id uuid REFERENCES record (id),
    kind text NOT NULL,
    detail text NOT NULL,
    state text NOT NULL,
    raised_at timestamptz NOT NULL,
    raised_by_name text NOT NULL,
    answered_at timestamptz,
    answered_by_name text NOT NULL DEFAULT '',
    review_on text,
    resolution text NOT NULL DEFAULT ''
);
CREATE INDEX alert_person ON alert (person_id, state);

CREATE TABLE finding (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    episode_id uuid NOT NULL REFERENCES episode (id),
    record_id uuid NOT NULL REFERENCES record (id),
    list text NOT NULL,
    code text NOT NULL,
    label text NOT NULL,
    status text NOT NULL,
    already_known boolean NOT NULL
);
CREATE INDEX finding_episode ON finding (episode_id);

CREATE TABLE document (
    id uuid PRIMARY KEY,
    version bigint NOT NULL DEFAULT 1,
    person_id uuid NOT NULL REFERENCES person (id),
    episode_id uuid NOT NULL REFERENCES episode (id),
    kind text NOT NULL,
    number bigint NOT NULL,
    state text NOT NULL,
    facts text NOT NULL,
    recommendations text NOT NULL DEFAULT '',
    pdf bytea,
    sha256 text NOT NULL DEFAULT '',
    pages bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    signed_at timestamptz,
    signed_by uuid,
    signed_by_name text NOT NULL DEFAULT '',
    released_at timestamptz,
    withdrawn_reason text NOT NULL DEFAULT ''
);
CREATE INDEX document_episode ON document (episode_id, kind);

CREATE TABLE disclosure (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    episode_id uuid NOT NULL REFERENCES episode (id),
    document_id uuid REFERENCES document (id),
    summary text NOT NULL,
    consent_for text NOT NULL,
    recipient text NOT NULL,
    channel text NOT NULL,
    basis text NOT NULL,
    reason text NOT NULL DEFAULT '',
    consent_id uuid REFERENCES consent (id),
    minimum_necessary boolean NOT NULL,
    at timestamptz NOT NULL,
    by_user uuid NOT NULL,
    by_name text NOT NULL
);
CREATE INDEX disclosure_person ON disclosure (person_id, at);

CREATE TABLE directory_service (
    id uuid PRIMARY KEY,
    version bigint NOT NULL DEFAULT 1,
    name text NOT NULL,
    kind text NOT NULL,
    area text NOT NULL,
    phone text NOT NULL DEFAULT '',
    email text NOT NULL DEFAULT '',
    hours text NOT NULL DEFAULT '',
    accepts text NOT NULL DEFAULT '',
    active boolean NOT NULL DEFAULT true,
    checked_on text NOT NULL
);

CREATE TABLE referral (
    id uuid PRIMARY KEY,
    version bigint NOT NULL DEFAULT 1,
    person_id uuid NOT NULL REFERENCES person (id),
    episode_id uuid NOT NULL REFERENCES episode (id),
    directory_id uuid NOT NULL REFERENCES directory_service (id),
    need text NOT NULL,
    state text NOT NULL,
    made_at timestamptz NOT NULL,
    made_by uuid NOT NULL,
    sent_at timestamptz,
    accepted_at timestamptz,
    appointment_at timestamptz,
    note text NOT NULL DEFAULT ''
);
CREATE INDEX referral_episode ON referral (episode_id);

CREATE TABLE referral_step (
    id uuid PRIMARY KEY,
    referral_id uuid NOT NULL REFERENCES referral (id),
    state text NOT NULL,
    at timestamptz NOT NULL,
    note text NOT NULL DEFAULT '',
    by_user uuid NOT NULL,
    by_name text NOT NULL
);
CREATE INDEX referral_step_referral ON referral_step (referral_id);

CREATE TABLE task (
    id uuid PRIMARY KEY,
    version bigint NOT NULL DEFAULT 1,
    person_id uuid NOT NULL REFERENCES person (id),
    episode_id uuid NOT NULL REFERENCES episode (id),
    kind text NOT NULL,
    title text NOT NULL,
    due_at timestamptz NOT NULL,
    owner_id uuid REFERENCES app_user (id),
    organisation_id uuid NOT NULL REFERENCES organisation (id),
    state text NOT NULL,
    outcome text NOT NULL DEFAULT '',
    done_at timestamptz,
    done_by uuid,
    created_at timestamptz NOT NULL
);
CREATE INDEX task_owner ON task (owner_id, state, due_at);
CREATE INDEX task_episode ON task (episode_id, state);
CREATE INDEX task_organisation ON task (organisation_id, state, due_at);

CREATE TABLE contact (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    episode_id uuid NOT NULL REFERENCES episode (id),
    task_id uuid REFERENCES task (id),
    mode text NOT NULL,
    attendance text NOT NULL,
    at timestamptz NOT NULL,
    entered_at timestamptz NOT NULL,
    minutes bigint NOT NULL DEFAULT 0,
    note text NOT NULL DEFAULT '',
    by_user uuid NOT NULL,
    by_name text NOT NULL,
    organisation_id uuid NOT NULL REFERENCES organisation (id)
);
CREATE INDEX contact_episode ON contact (episode_id, at);

CREATE TABLE outcome (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    episode_id uuid NOT NULL REFERENCES episode (id),
    code text NOT NULL,
    decided_on text NOT NULL,
    information_use text NOT NULL,
    note text NOT NULL DEFAULT '',
    recorded_at timestamptz NOT NULL,
    recorded_by uuid NOT NULL,
    recorded_by_name text NOT NULL
);
CREATE INDEX outcome_episode ON outcome (episode_id);
