-- +goose Up

-- The index of customers (T-2): whose client a number is, answered without asking the portal. A row that nothing
-- is known of yet, asked_at 0, only marks a record as changed.
CREATE TABLE customers (
    tenant_id   text COLLATE "C" NOT NULL,
    portal_id   text COLLATE "C" NOT NULL,
    kind        text COLLATE "C" NOT NULL, -- contact, company, deal, lead
    entity_id   bigint  NOT NULL,
    title       text    NOT NULL,
    responsible bigint  NOT NULL,
    funnel      bigint  NOT NULL,
    stage       text    NOT NULL,
    closed      boolean NOT NULL,
    contact_id  bigint  NOT NULL, -- 0 none
    company_id  bigint  NOT NULL,
    created_at  bigint  NOT NULL, -- by the portal's clock, like the next
    changed_at  bigint  NOT NULL,
    asked_at    bigint  NOT NULL, -- when the portal was asked; older knowledge never overwrites newer
    stale_at    bigint  NOT NULL, -- when the portal said that it was changed; 0 when it was read since
    PRIMARY KEY (tenant_id, portal_id, kind, entity_id)
);
-- A client's deals, open ones first and of them the newest.
CREATE INDEX customers_contact ON customers (tenant_id, portal_id, contact_id, closed, entity_id DESC) WHERE kind = 'deal' AND contact_id > 0;
CREATE INDEX customers_company ON customers (tenant_id, portal_id, company_id, closed, entity_id DESC) WHERE kind = 'deal' AND company_id > 0;
CREATE INDEX customers_stale ON customers (tenant_id, portal_id, stale_at, kind, entity_id) WHERE stale_at > 0;

CREATE TABLE customer_phones (
    tenant_id text COLLATE "C" NOT NULL,
    portal_id text COLLATE "C" NOT NULL,
    phone     text COLLATE "C" NOT NULL, -- E.164
    kind      text COLLATE "C" NOT NULL,
    entity_id bigint NOT NULL,
    PRIMARY KEY (tenant_id, portal_id, phone, kind, entity_id)
);
CREATE INDEX customer_phones_entity ON customer_phones (tenant_id, portal_id, kind, entity_id);

-- The platform's directory, as each portal's lane has read it.
CREATE TABLE centres (
    tenant_id text COLLATE "C" NOT NULL,
    portal_id text COLLATE "C" NOT NULL,
    body      text   NOT NULL, -- JSON
    synced_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, portal_id)
);

-- How a tenant's telephony platform is reached.
CREATE TABLE platforms (
    tenant_id text COLLATE "C" NOT NULL,
    source    text   NOT NULL, -- uis
    data_url  text   NOT NULL,
    call_url  text   NOT NULL,
    token     bytea  NOT NULL, -- this and the two below are sealed by the key ring
    login     bytea  NOT NULL,
    password  bytea  NOT NULL,
    user_id   bigint NOT NULL, -- an agency's client; 0 none
    app_id    bigint NOT NULL,
    saved_at  bigint NOT NULL,
    PRIMARY KEY (tenant_id)
);

-- Errands of our own making, for the page that lists them.
CREATE INDEX actions_jobs ON actions (tenant_id, portal_id, seq) WHERE event_id = '' AND session_id = '';
-- When an errand that is under way was asked for again; 0 not. It is planned again instead of being settled.
ALTER TABLE actions ADD COLUMN again_at bigint NOT NULL DEFAULT 0;

-- +goose Down
DROP INDEX actions_jobs;
ALTER TABLE actions DROP COLUMN again_at;
DROP TABLE platforms, centres, customer_phones, customers;
