-- +goose Up

-- Codes by which an administrator connects a portal from inside it to a tenant (S-5): shown once, good once; a row goes when it is used.
CREATE TABLE portal_codes (
    tenant_id     text    NOT NULL,
    code_hash     blob    NOT NULL, -- sha256; the code has 80 random bits and lives an hour
    client_id     text    NOT NULL, -- of the portal's own application; empty: the installation's
    client_secret blob    NOT NULL, -- sealed by the key ring; empty beside an empty client_id
    created_at    integer NOT NULL,
    expires_at    integer NOT NULL,
    PRIMARY KEY (tenant_id, code_hash)
);
CREATE INDEX portal_codes_hash ON portal_codes (code_hash); -- a code names no tenant

-- +goose Down
DROP TABLE portal_codes;
