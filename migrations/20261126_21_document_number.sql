-- A version of a document is one document: two that are made in the same instant do not both become version 2, and
-- of a kind there is one draft at a time. A draft that was given up leaves its number to the next.
CREATE UNIQUE INDEX document_number ON document (episode_id, kind, number)
    WHERE signed_at IS NOT NULL OR state = 'draft';
