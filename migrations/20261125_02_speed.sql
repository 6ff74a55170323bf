-- Paths to rows that pages look for at every view.

-- Whose consent, and the newest of a kind.
CREATE INDEX consent_person ON consent (person_id, consent_for, recorded_at);

-- Lines that may be somebody.
CREATE INDEX list_entry_best ON list_entry (best_person_id);

-- A board's lines in their order. Without `kind` in it SQLite would rather walk every line that the
-- site ever had, for the sake of the order.
CREATE INDEX list_entry_board ON list_entry (site_id, list_date, kind);
DROP INDEX list_entry_site;

-- What changed at a site since somebody looked.
CREATE INDEX event_site_entered ON event (site_id, entered_at);

-- What is owed by a date, whoever owes it.
CREATE INDEX task_due ON task (state, kind, due_at);

-- A person's findings, documents and contacts, and what hangs on an episode or a form.
CREATE INDEX finding_person ON finding (person_id);
CREATE INDEX finding_record ON finding (record_id);
CREATE INDEX document_person ON document (person_id);
CREATE INDEX contact_person ON contact (person_id);
CREATE INDEX alert_episode ON alert (episode_id, state);
