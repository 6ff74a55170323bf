-- Voluntary attendance: clinics at a site, and the appointments in them. Times of day are London
-- wall-clock times as text; the instants of slots are elapsed time.
CREATE TABLE clinic (
    id uuid PRIMARY KEY,
    version bigint NOT NULL DEFAULT 1,
    site_id uuid NOT NULL REFERENCES site (id),
    day text NOT NULL,
    starts text NOT NULL,
    ends text NOT NULL,
    slot_minutes bigint NOT NULL,
    held_by uuid NOT NULL REFERENCES app_user (id),
    place text NOT NULL DEFAULT '',
    ask_for text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',
    cancelled_at timestamptz,
    cancelled_reason text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL
);
CREATE INDEX clinic_site ON clinic (site_id, day);

-- An appointment of a line of work. Who it is of, and what became of them, is on the line. Nothing is
-- deleted: one that was moved says which took its place.
CREATE TABLE appointment (
    id uuid PRIMARY KEY,
    version bigint NOT NULL DEFAULT 1,
    site_id uuid NOT NULL REFERENCES site (id),
    clinic_id uuid NOT NULL REFERENCES clinic (id),
    entry_id uuid NOT NULL REFERENCES list_entry (id),
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    slot_on text NOT NULL,
    state text NOT NULL,
    referral_source text NOT NULL,
    phone text NOT NULL DEFAULT '',
    safe_contact text NOT NULL DEFAULT '',
    may_say boolean NOT NULL DEFAULT false,
    urgent boolean NOT NULL DEFAULT false,
    police_force text NOT NULL DEFAULT '',
    officer text NOT NULL DEFAULT '',
    collar_number text NOT NULL DEFAULT '',
    officer_email text NOT NULL DEFAULT '',
    interview_at timestamptz,
    interview_place text NOT NULL DEFAULT '',
    appropriate_adult boolean NOT NULL DEFAULT false,
    interpreter boolean NOT NULL DEFAULT false,
    language text NOT NULL DEFAULT '',
    notes text NOT NULL DEFAULT '',
    rebooked_as uuid,
    cancelled_by text NOT NULL DEFAULT '',
    cancel_reason text NOT NULL DEFAULT '',
    cancel_note text NOT NULL DEFAULT '',
    after_missed text NOT NULL DEFAULT '',
    after_missed_note text NOT NULL DEFAULT '',
    disclosure_id uuid REFERENCES disclosure (id),
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    created_by_name text NOT NULL
);
CREATE INDEX appointment_clinic ON appointment (clinic_id);
CREATE INDEX appointment_entry ON appointment (entry_id);
CREATE INDEX appointment_site ON appointment (site_id, starts_at);
-- A line of work has one appointment at a time.
CREATE UNIQUE INDEX appointment_current ON appointment (entry_id) WHERE state IN ('booked', 'arrived');

-- Who has a slot: nobody shares one. A hold ends when its appointment is moved or cancelled.
CREATE TABLE appointment_slot (
    clinic_id uuid NOT NULL REFERENCES clinic (id),
    starts_at timestamptz NOT NULL,
    appointment_id uuid NOT NULL REFERENCES appointment (id),
    PRIMARY KEY (clinic_id, starts_at)
);
CREATE INDEX appointment_slot_appointment ON appointment_slot (appointment_id);
