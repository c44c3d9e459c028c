-- What is too old is looked for every ten minutes, and a summary of blocks never becomes younger: once the space of deleted
-- answers was used again, for answers of today, each block had been old before and all of the table was read each time.
CREATE INDEX IF NOT EXISTS command_answer_by_time ON command_answer (at);
DROP INDEX IF EXISTS command_answer_by_age;
