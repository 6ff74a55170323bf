-- The numbers the matching engine weighs with, as learnt from the service's own decisions: each learning is a
-- version, kept with its text (TOML) and with how it and those before did on decisions that it was not learnt
-- from (JSON). `refused` says why it was not taken up; empty when it was.
CREATE TABLE match_parameters (
    version text PRIMARY KEY,
    toml text NOT NULL,
    learnt_at timestamptz NOT NULL,
    decisions bigint NOT NULL,
    pairs bigint NOT NULL,
    compared text NOT NULL,
    refused text NOT NULL
);

-- Which version is weighed with, from when, who said so and why: the newest row counts. Without a version it is
-- the one that is part of the program.
CREATE TABLE match_take_up (
    seq bigint PRIMARY KEY,
    version text REFERENCES match_parameters (version),
    at timestamptz NOT NULL,
    by_name text NOT NULL,
    reason text NOT NULL CHECK (reason <> '')
);
