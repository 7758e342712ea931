-- +goose Up

-- The zone in which the platform writes times, empty when it tells none.
ALTER TABLE centres ADD COLUMN time_zone text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE centres DROP COLUMN time_zone;
