-- Who says that a finding is so: the person, what was seen, a record, custody or court, family, another
-- service. Empty for what was signed before it was asked, and for what the person declined to say.
ALTER TABLE finding ADD COLUMN source text NOT NULL DEFAULT '';

-- The step of the pathway that a form fulfils, as its definition said when it was begun; empty for none.
ALTER TABLE record ADD COLUMN step text NOT NULL DEFAULT '';
UPDATE record SET step = form_id WHERE form_id IN ('screening', 'assessment', 'risk');
CREATE INDEX record_step ON record (episode_id, step);
