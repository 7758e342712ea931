-- +goose Up

CREATE TABLE tenants (
    tenant_id  text COLLATE "C" NOT NULL,
    name       text   NOT NULL,
    state      text   NOT NULL, -- active, suspended; deleting hides it while its rows go
    time_zone  text   NOT NULL, -- in which the platform writes times
    created_at bigint NOT NULL,
    PRIMARY KEY (tenant_id)
);

-- Secrets that are only compared: addresses and bodies of webhooks, API tokens.
CREATE TABLE secrets (
    tenant_id  text COLLATE "C" NOT NULL,
    secret_id  text COLLATE "C" NOT NULL,
    purpose    text   NOT NULL, -- hook_path, hook_body, api
    name       text   NOT NULL,
    scope      text   NOT NULL, -- of an API token: read, write
    hash       bytea  NOT NULL, -- sha256; the secret has 128 random bits
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL, -- 0 never
    revoked_at bigint NOT NULL, -- 0 not
    PRIMARY KEY (tenant_id, secret_id)
);

CREATE TABLE portals (
    tenant_id         text COLLATE "C" NOT NULL,
    portal_id         text COLLATE "C" NOT NULL,
    name              text   NOT NULL,
    member_id         text   NOT NULL, -- the vendor's lasting key of the account
    endpoint          text   NOT NULL,
    state             text   NOT NULL, -- ok, reauthorise, blocked, disconnected
    why               text   NOT NULL,
    since             bigint NOT NULL,
    client_id         text   NOT NULL,
    client_secret     bytea  NOT NULL, -- this and the three below are sealed by the key ring
    access_token      bytea  NOT NULL,
    refresh_token     bytea  NOT NULL,
    application_token bytea  NOT NULL,
    token_version     bigint NOT NULL, -- grows with every new pair
    token_expires_at  bigint NOT NULL,
    oauth_url         text   NOT NULL,
    refresh_owner     text   NOT NULL, -- who exchanges the pair now
    refresh_until     bigint NOT NULL,
    rate_per_second   double precision NOT NULL, -- 0: the installation's default
    burst             bigint NOT NULL,
    created_at        bigint NOT NULL,
    PRIMARY KEY (tenant_id, portal_id),
    UNIQUE (tenant_id, member_id)
);
CREATE INDEX portals_member ON portals (member_id);

-- One lane per portal: the lease (R-2) and the leaky bucket of all processes (R-5).
CREATE TABLE lanes (
    tenant_id    text COLLATE "C" NOT NULL,
    portal_id    text COLLATE "C" NOT NULL,
    owner        text   NOT NULL,
    fence        bigint NOT NULL, -- grows with every claim
    lease_until  bigint NOT NULL,
    tat          bigint NOT NULL, -- when the bucket would be empty again (GCRA)
    paused_until bigint NOT NULL,
    why          text   NOT NULL, -- of the pause
    next_seq     bigint NOT NULL, -- of the next action
    PRIMARY KEY (tenant_id, portal_id)
) WITH (fillfactor = 50); -- rewritten all the time: room for it on the same page

CREATE TABLE settings (
    tenant_id  text COLLATE "C" NOT NULL,
    portal_id  text COLLATE "C" NOT NULL,
    version    bigint NOT NULL,
    body       text   NOT NULL, -- JSON without secrets
    author     text   NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, portal_id, version)
);

CREATE TABLE directories (
    tenant_id text COLLATE "C" NOT NULL,
    portal_id text COLLATE "C" NOT NULL,
    body      text   NOT NULL, -- JSON
    synced_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, portal_id)
);

CREATE TABLE audit (
    tenant_id text COLLATE "C" NOT NULL,
    audit_id  text COLLATE "C" NOT NULL, -- grows with time
    portal_id text COLLATE "C" NOT NULL, -- empty: the tenant as a whole
    at        bigint NOT NULL,
    author    text   NOT NULL,
    verb      text   NOT NULL, -- settings.saved, replay…
    detail    text   NOT NULL, -- JSON without secrets
    PRIMARY KEY (tenant_id, audit_id)
);

-- +goose Down
DROP TABLE audit, directories, settings, lanes, portals, secrets, tenants;
