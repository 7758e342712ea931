-- +goose Up

-- Indexes end with the column that their lists are ordered by: otherwise a planner may walk
-- the whole portal in that order instead of looking for a session's few rows.

-- The inbox and the evidence: one row per delivery and portal. portal_id is empty for a
-- delivery that no portal takes.
CREATE TABLE events (
    tenant_id    text COLLATE "C" NOT NULL,
    portal_id    text COLLATE "C" NOT NULL,
    event_id     text COLLATE "C" NOT NULL,
    source       text COLLATE "C" NOT NULL,
    event_key    text COLLATE "C" NOT NULL,
    kind         text   NOT NULL,
    session_id   text COLLATE "C" NOT NULL,
    customer_key text COLLATE "C" NOT NULL,
    occurred_at  bigint NOT NULL,
    received_at  bigint NOT NULL,
    method       text   NOT NULL,
    content_type text   NOT NULL,
    query        text   NOT NULL,
    body         bytea  NOT NULL, -- as received: bytes are cheaper than JSON and need not be text
    remote       text   NOT NULL,
    event        text   NOT NULL, -- JSON
    state        text   NOT NULL, -- pending, done
    outcome      text   NOT NULL, -- empty: pending, or kept in the journal only
    PRIMARY KEY (tenant_id, portal_id, event_id),
    UNIQUE (tenant_id, portal_id, source, event_key) -- recognises repetitions (R-1)
);
CREATE INDEX events_pending ON events (tenant_id, portal_id, event_id) WHERE state = 'pending';
CREATE INDEX events_session ON events (tenant_id, portal_id, session_id, event_id) WHERE session_id <> '';
CREATE INDEX events_journal ON events (tenant_id, received_at, event_id, portal_id);
CREATE INDEX events_customer ON events (tenant_id, customer_key, received_at, event_id, portal_id) WHERE customer_key <> '';

-- What was decided for a call so far.
CREATE TABLE sessions (
    tenant_id        text COLLATE "C" NOT NULL,
    portal_id        text COLLATE "C" NOT NULL,
    session_id       text COLLATE "C" NOT NULL,
    customer_key     text COLLATE "C" NOT NULL,
    settings_version bigint  NOT NULL,
    memory           text    NOT NULL, -- JSON
    closed           boolean NOT NULL,
    deadline_at      bigint  NOT NULL, -- when it is to be called silent (T-0); 0 never
    updated_at       bigint  NOT NULL,
    PRIMARY KEY (tenant_id, portal_id, session_id)
);
CREATE INDEX sessions_deadline ON sessions (tenant_id, portal_id, deadline_at) WHERE NOT closed AND deadline_at > 0;

CREATE TABLE plans (
    tenant_id     text COLLATE "C" NOT NULL,
    portal_id     text COLLATE "C" NOT NULL,
    event_id      text COLLATE "C" NOT NULL, -- the last event it was made for
    session_id    text COLLATE "C" NOT NULL,
    outcome       text   NOT NULL,
    reasons       text   NOT NULL, -- JSON
    together_with text   NOT NULL, -- JSON: the other events it was made for
    created_at    bigint NOT NULL,
    PRIMARY KEY (tenant_id, portal_id, event_id)
);
CREATE INDEX plans_session ON plans (tenant_id, portal_id, session_id, event_id) WHERE session_id <> '';

-- The ledger (R-3).
CREATE TABLE actions (
    tenant_id    text COLLATE "C" NOT NULL,
    portal_id    text COLLATE "C" NOT NULL,
    action_key   text COLLATE "C" NOT NULL,
    seq          bigint NOT NULL, -- order of planning within the portal
    event_id     text COLLATE "C" NOT NULL, -- empty: of our own making
    session_id   text COLLATE "C" NOT NULL,
    customer_key text COLLATE "C" NOT NULL,
    command      text   NOT NULL,
    body         text   NOT NULL, -- JSON
    urgency      bigint NOT NULL,
    touches      text   NOT NULL, -- JSON
    until_at     bigint NOT NULL, -- the last moment it makes sense; 0 always
    state        text   NOT NULL, -- planned, sending, doubt, done, failed, dead
    attempts     bigint NOT NULL,
    due_at       bigint NOT NULL,
    send_by      bigint NOT NULL,
    first_sent   bigint NOT NULL,
    result       text   NOT NULL, -- JSON or empty
    error        text   NOT NULL, -- JSON or empty
    created_at   bigint NOT NULL,
    updated_at   bigint NOT NULL,
    PRIMARY KEY (tenant_id, portal_id, action_key)
);
CREATE INDEX actions_unfinished ON actions (tenant_id, portal_id, seq) WHERE state IN ('planned', 'sending', 'doubt');
CREATE INDEX actions_due ON actions (tenant_id, portal_id, due_at) WHERE state IN ('planned', 'sending', 'doubt');
CREATE INDEX actions_dead ON actions (tenant_id, updated_at, portal_id, action_key) WHERE state = 'dead';
CREATE INDEX actions_own ON actions (tenant_id, updated_at) WHERE event_id = ''; -- for clean-up: no event leads to them
CREATE INDEX actions_customer ON actions (tenant_id, portal_id, customer_key, seq) WHERE customer_key <> '';
CREATE INDEX actions_session ON actions (tenant_id, portal_id, session_id, seq) WHERE session_id <> '';

-- +goose Down
DROP TABLE actions, plans, sessions, events;
