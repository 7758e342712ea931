-- +goose Up

CREATE TABLE tenants (
    tenant_id  text NOT NULL,
    name       text   NOT NULL,
    state      text   NOT NULL, -- active, suspended; deleting hides it while its rows go
    time_zone  text   NOT NULL, -- in which the platform writes times
    created_at integer NOT NULL,
    PRIMARY KEY (tenant_id)
);

-- Secrets that are only compared: addresses and bodies of webhooks, API tokens.
CREATE TABLE secrets (
    tenant_id  text NOT NULL,
    secret_id  text NOT NULL,
    purpose    text   NOT NULL, -- hook_path, hook_body, api
    name       text   NOT NULL,
    scope      text   NOT NULL, -- of an API token: read, write
    hash       blob  NOT NULL, -- sha256; the secret has 128 random bits
    created_at integer NOT NULL,
    expires_at integer NOT NULL, -- 0 never
    revoked_at integer NOT NULL, -- 0 not
    PRIMARY KEY (tenant_id, secret_id)
);

CREATE TABLE portals (
    tenant_id         text NOT NULL,
    portal_id         text NOT NULL,
    name              text   NOT NULL,
    member_id         text   NOT NULL, -- the vendor's lasting key of the account
    endpoint          text   NOT NULL,
    state             text   NOT NULL, -- ok, reauthorise, blocked, disconnected
    why               text   NOT NULL,
    since             integer NOT NULL,
    client_id         text   NOT NULL,
    client_secret     blob  NOT NULL, -- this and the three below are sealed by the key ring
    access_token      blob  NOT NULL,
    refresh_token     blob  NOT NULL,
    application_token blob  NOT NULL,
    token_version     integer NOT NULL, -- grows with every new pair
    token_expires_at  integer NOT NULL,
    oauth_url         text   NOT NULL,
    refresh_owner     text   NOT NULL, -- who exchanges the pair now
    refresh_until     integer NOT NULL,
    rate_per_second   real NOT NULL, -- 0: the installation's default
    burst             integer NOT NULL,
    created_at        integer NOT NULL,
    PRIMARY KEY (tenant_id, portal_id),
    UNIQUE (tenant_id, member_id)
);
CREATE INDEX portals_member ON portals (member_id);

-- One lane per portal: the lease (R-2) and the leaky bucket of all processes (R-5).
CREATE TABLE lanes (
    tenant_id    text NOT NULL,
    portal_id    text NOT NULL,
    owner        text   NOT NULL,
    fence        integer NOT NULL, -- grows with every claim
    lease_until  integer NOT NULL,
    tat          integer NOT NULL, -- when the bucket would be empty again (GCRA)
    paused_until integer NOT NULL,
    why          text   NOT NULL, -- of the pause
    next_seq     integer NOT NULL, -- of the next action
    PRIMARY KEY (tenant_id, portal_id)
) WITHOUT ROWID;

CREATE TABLE settings (
    tenant_id  text NOT NULL,
    portal_id  text NOT NULL,
    version    integer NOT NULL,
    body       text   NOT NULL, -- JSON without secrets
    author     text   NOT NULL,
    created_at integer NOT NULL,
    PRIMARY KEY (tenant_id, portal_id, version)
);

CREATE TABLE directories (
    tenant_id text NOT NULL,
    portal_id text NOT NULL,
    body      text   NOT NULL, -- JSON
    synced_at integer NOT NULL,
    PRIMARY KEY (tenant_id, portal_id)
);

CREATE TABLE audit (
    tenant_id text NOT NULL,
    audit_id  text NOT NULL, -- grows with time
    portal_id text NOT NULL, -- empty: the tenant as a whole
    at        integer NOT NULL,
    author    text   NOT NULL,
    verb      text   NOT NULL, -- settings.saved, replay…
    detail    text   NOT NULL, -- JSON without secrets
    PRIMARY KEY (tenant_id, audit_id)
);

-- +goose Down
DROP TABLE audit;
DROP TABLE directories;
DROP TABLE settings;
DROP TABLE lanes;
DROP TABLE portals;
DROP TABLE secrets;
DROP TABLE tenants;
