-- Paths to rows that pages look for at every view.

-- A board's lines in their order. Without `kind` in it SQLite would rather walk every line that the
-- site ever had, for the sake of the order.
CREATE INDEX list_entry_board ON list_entry (site_id, list_date, kind);
DROP INDEX list_entry_site;

-- What changed at a site since somebody looked.
CREATE INDEX event_site_entered ON event (site_id, entered_at);

-- What is owed by a date, whoever owes it.
CREATE INDEX task_due ON task (state, kind, due_at);

-- What hangs on a form or an episode.
CREATE INDEX finding_record ON finding (record_id);
CREATE INDEX alert_episode ON alert (episode_id, state);
