-- +goose Up

-- The names under which visitors of conversations are known (C-16): how a person's earlier conversations are found. Nothing is written
-- for a call.
CREATE TABLE identities (
    tenant_id  text NOT NULL,
    portal_id  text NOT NULL,
    identity   text NOT NULL, -- +7…, mail:…, im:network:…, visitor:…
    session_id text NOT NULL,
    seen_at    integer NOT NULL, -- when the conversation was decided last, to a minute
    PRIMARY KEY (tenant_id, portal_id, identity, session_id)
) WITHOUT ROWID;
CREATE INDEX identities_seen ON identities (tenant_id, portal_id, identity, seen_at DESC, session_id);
CREATE INDEX identities_session ON identities (tenant_id, portal_id, session_id); -- for clean-up

-- How a tenant's own adapter of the Chat API is reached (contract uis §5.2), and how the platform proves itself to us.
CREATE TABLE chat_access (
    tenant_id   text NOT NULL,
    url         text   NOT NULL,
    login       blob  NOT NULL, -- this and the one below are sealed by the key ring
    password    blob  NOT NULL,
    adapter_id  integer NOT NULL, -- 0 not told
    account_id  integer NOT NULL, -- 0 not told
    auth_scheme text   NOT NULL, -- of webhooks: Basic, Bearer; empty: the address alone proves them
    auth_hash   blob  NOT NULL, -- sha256 of the scheme and what it brings
    saved_at    integer NOT NULL,
    PRIMARY KEY (tenant_id)
);

-- What the platform told of the accounts of adapters.
CREATE TABLE chat_accounts (
    tenant_id  text NOT NULL,
    account_id integer  NOT NULL,
    app_id     integer  NOT NULL, -- 0 not told, as are the next
    adapter_id integer  NOT NULL,
    name       text    NOT NULL,
    status     text    NOT NULL,
    shared     boolean NOT NULL, -- told at the installation's own address, where the platform vouches for it
    PRIMARY KEY (tenant_id, account_id)
);
CREATE INDEX chat_accounts_shared ON chat_accounts (account_id, tenant_id) WHERE shared; -- a webhook names no tenant

CREATE TABLE chat_channels (
    tenant_id       text NOT NULL,
    account_id      integer NOT NULL,
    channel_id      integer NOT NULL,
    chat_channel_id integer NOT NULL, -- the same channel in the Data API; 0 not told
    type            text   NOT NULL,
    name            text   NOT NULL,
    status          text   NOT NULL,
    PRIMARY KEY (tenant_id, account_id, channel_id)
);

CREATE INDEX platforms_app ON platforms (app_id, tenant_id) WHERE app_id > 0; -- likewise

-- Conversations have lists of their own; a call's events are in none of these indexes.
CREATE INDEX events_chats ON events (tenant_id, received_at, event_id, portal_id)
    WHERE session_id >= 'chat:' AND session_id < 'chat;';
CREATE INDEX events_requests ON events (tenant_id, received_at, event_id, portal_id)
    WHERE session_id >= 'offline_message:' AND session_id < 'offline_message;';

-- Calls and conversations of a day are counted apart.
DROP INDEX sessions_ended;
CREATE INDEX sessions_ended ON sessions (tenant_id, portal_id, ended_at, ending, session_id) WHERE ended_at > 0;

-- +goose Down
DROP INDEX sessions_ended;
CREATE INDEX sessions_ended ON sessions (tenant_id, portal_id, ended_at, ending) WHERE ended_at > 0;
DROP INDEX events_requests;
DROP INDEX events_chats;
DROP INDEX platforms_app;
DROP TABLE chat_channels;
DROP TABLE chat_accounts;
DROP TABLE chat_access;
DROP TABLE identities;
