-- +goose Up

-- The live journal (S-2): each tenant's changes are numbered without a gap. Whoever takes a number keeps the row locked until it commits,
-- so that numbers become visible in their order.
CREATE TABLE journals (
    tenant_id   text COLLATE "C" NOT NULL,
    last_number bigint NOT NULL,
    PRIMARY KEY (tenant_id)
) WITH (fillfactor = 50); -- rewritten all the time: room for it on the same page

-- What one transaction changed of what the journal shows: one row for all its changes of a tenant.
CREATE TABLE changes (
    tenant_id    text COLLATE "C" NOT NULL,
    last_number  bigint NOT NULL, -- of the row's last change
    first_number bigint NOT NULL, -- of its first one
    made_at      bigint NOT NULL,
    body         text   NOT NULL, -- JSON
    PRIMARY KEY (tenant_id, last_number)
);

-- +goose Down
DROP TABLE changes, journals;
