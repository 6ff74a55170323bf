-- What one field of one row of a list should say, as somebody said while looking it over. The source is never
-- changed: this is laid over it. Only added to: the newest version for a row and a field speaks, and one without
-- `should_say` takes back what was said before. `row_key` is the row's key as the list gives it; `version` counts
-- everything said of the site's lists of a kind and day.
CREATE TABLE list_correction (
    id uuid PRIMARY KEY,
    list_id uuid NOT NULL REFERENCES list (id),
    row_key text NOT NULL,
    row_number bigint NOT NULL,
    field text NOT NULL,
    list_says text NOT NULL,
    should_say text,
    version bigint NOT NULL,
    corrected_by uuid NOT NULL REFERENCES app_user (id),
    corrected_at timestamptz NOT NULL,
    UNIQUE (list_id, row_number, field, version)
);
