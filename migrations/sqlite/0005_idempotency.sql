-- +goose Up

-- What requests with an Idempotency-Key were answered (S-2), for a day.
CREATE TABLE idempotency_keys (
    tenant_id       text    NOT NULL, -- empty: the operator of the installation
    idempotency_key text    NOT NULL,
    request         blob    NOT NULL, -- sha256: another request with the same key is refused
    claimed_at      integer NOT NULL, -- also says whose claim it is
    status          integer NOT NULL, -- 0 while the request is under way
    content_type    text    NOT NULL,
    answer          blob    NOT NULL, -- sealed by the key ring: it may hold what is shown once
    PRIMARY KEY (tenant_id, idempotency_key)
);
CREATE INDEX idempotency_keys_claimed ON idempotency_keys (claimed_at);

-- +goose Down
DROP TABLE idempotency_keys;
