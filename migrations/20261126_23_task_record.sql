-- The record that a task to countersign, or to change and sign again, is about: two notes of one episode are two tasks
-- of one title.
ALTER TABLE task ADD COLUMN record_id uuid REFERENCES record (id);
CREATE INDEX task_record ON task (record_id);
-- Such a task was made at the instant of the signature, or of the sending back, that asked for it.
UPDATE task SET record_id = (SELECT a.record_id FROM record_act a JOIN record r ON r.id = a.record_id
                              WHERE r.episode_id = task.episode_id AND a.at = task.created_at
                                AND a.kind IN ('awaiting', 'sent_back')
                              ORDER BY a.record_id LIMIT 1)
 WHERE kind = 'countersign';
-- Where it was ended with another of its title, a signature that still waits has its task again.
UPDATE task SET state = 'open', outcome = '', done_at = NULL, done_by = NULL, version = version + 1
 WHERE kind = 'countersign' AND state = 'done'
   AND EXISTS (SELECT 1 FROM record r WHERE r.id = task.record_id AND r.state = 'awaiting'
                                        AND r.signed_at = task.created_at);

-- When somebody chose between a text that lost against a faster save and the draft, or signed without it, and who.
ALTER TABLE record_version ADD COLUMN settled_at timestamptz;
ALTER TABLE record_version ADD COLUMN settled_by uuid;
