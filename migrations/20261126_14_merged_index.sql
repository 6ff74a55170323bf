-- Nearly nobody is merged into another: an index of everybody who is not would be taken for the way to read people in
-- the order of their ids, a page at a time, and each page would then sort everybody.
DROP INDEX person_merged_into;
CREATE INDEX person_merged_into ON person (merged_into) WHERE merged_into IS NOT NULL;
