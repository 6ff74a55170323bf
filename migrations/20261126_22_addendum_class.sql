-- What was added to a note that is restricted as a whole is of the note's class, whatever was said when it was added.
UPDATE addendum SET class = 'sealed'
 WHERE record_id IN (SELECT id FROM record WHERE form_id = 'sealed_note');
UPDATE addendum SET class = 'third_party'
 WHERE record_id IN (SELECT id FROM record WHERE form_id = 'third_party_note');
