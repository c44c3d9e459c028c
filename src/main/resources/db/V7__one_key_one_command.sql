-- A key names one command, whatever shard that is about; of two that were made before this, the first one holds. The
-- shard stays: an answer is written under its lock, and nodes of a build before this one name it.
DELETE FROM command_answer later
USING command_answer earlier
WHERE later.scope = earlier.scope AND later.id = earlier.id
  AND (later.at, later.shard) > (earlier.at, earlier.shard);

ALTER TABLE command_answer DROP CONSTRAINT command_answer_key;
ALTER TABLE command_answer ADD CONSTRAINT command_answer_key PRIMARY KEY (scope, id);
