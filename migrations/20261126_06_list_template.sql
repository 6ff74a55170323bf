-- What the columns of a table mean, as somebody told: remembered by its headings for the next list of the
-- same making, at every site. Only added to: the newest of the same headings holds.
CREATE TABLE list_template (
    id uuid PRIMARY KEY,
    headings text NOT NULL,
    mapping text NOT NULL,
    told_by uuid NOT NULL REFERENCES app_user (id),
    told_at timestamptz NOT NULL
);
CREATE INDEX list_template_headings ON list_template (headings, told_at);
