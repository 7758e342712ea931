-- +goose Up

-- The live journal (S-2): each tenant's changes are numbered without a gap. Whoever takes a number keeps the row locked until it commits,
-- so that numbers become visible in their order.
CREATE TABLE journals (
    tenant_id   text    NOT NULL,
    last_number integer NOT NULL,
    PRIMARY KEY (tenant_id)
) WITHOUT ROWID;

-- What one transaction changed of what the journal shows: one row for all its changes of a tenant.
CREATE TABLE changes (
    tenant_id    text    NOT NULL,
    last_number  integer NOT NULL, -- of the row's last change
    first_number integer NOT NULL, -- of its first one
    made_at      integer NOT NULL,
    body         text    NOT NULL, -- JSON
    PRIMARY KEY (tenant_id, last_number)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE changes;
DROP TABLE journals;
