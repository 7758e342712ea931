-- +goose Up

-- How calls came out, for counting a day of them (S-4): the index is written once a call, when it is over.
ALTER TABLE sessions ADD COLUMN ending text NOT NULL DEFAULT ''; -- talked, missed…; empty while the call goes on
ALTER TABLE sessions ADD COLUMN ended_at bigint NOT NULL DEFAULT 0;
CREATE INDEX sessions_ended ON sessions (tenant_id, portal_id, ended_at, ending) WHERE ended_at > 0;

-- +goose Down
DROP INDEX sessions_ended;
ALTER TABLE sessions DROP COLUMN ended_at;
ALTER TABLE sessions DROP COLUMN ending;
