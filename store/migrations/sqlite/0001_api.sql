-- Organizations, their people, their pattern library, and what they did.
-- STRICT tables: a value of the wrong type is refused, as PostgreSQL does.
-- Times are text in UTC of fixed width, so that they sort as instants.

CREATE TABLE organizations (
    id                INTEGER PRIMARY KEY,
    name              TEXT NOT NULL CHECK (length(CAST(name AS BLOB)) BETWEEN 1 AND 1024),
    slug              TEXT NOT NULL UNIQUE CHECK (length(CAST(slug AS BLOB)) BETWEEN 1 AND 1024),
    subscription_tier TEXT NOT NULL CHECK (subscription_tier IN ('free', 'team', 'enterprise')),
    settings          TEXT CHECK (json_type(settings) = 'object'),
    created_at        TEXT NOT NULL CHECK (created_at GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND created_at >= '1970'),
    updated_at        TEXT NOT NULL CHECK (updated_at GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND updated_at >= '1970')
) STRICT;

CREATE TABLE teams (
    id              INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    name            TEXT NOT NULL CHECK (length(CAST(name AS BLOB)) BETWEEN 1 AND 1024),
    slug            TEXT NOT NULL CHECK (length(CAST(slug AS BLOB)) BETWEEN 1 AND 1024),
    description     TEXT CHECK (length(CAST(description AS BLOB)) <= 65536),
    settings        TEXT CHECK (json_type(settings) = 'object'),
    created_at      TEXT NOT NULL CHECK (created_at GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND created_at >= '1970'),
    updated_at      TEXT NOT NULL CHECK (updated_at GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND updated_at >= '1970'),
    UNIQUE (organization_id, slug)
) STRICT;

CREATE TABLE users (
    id              INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    email           TEXT NOT NULL UNIQUE CHECK (length(CAST(email AS BLOB)) BETWEEN 1 AND 1024),
    username        TEXT NOT NULL UNIQUE CHECK (length(CAST(username AS BLOB)) BETWEEN 1 AND 1024),
    hashed_password TEXT NOT NULL,
    api_key         TEXT UNIQUE,
    full_name       TEXT CHECK (length(CAST(full_name AS BLOB)) BETWEEN 1 AND 1024),
    avatar_url      TEXT CHECK (length(CAST(avatar_url AS BLOB)) BETWEEN 1 AND 1024),
    role            TEXT NOT NULL CHECK (role IN ('admin', 'developer', 'viewer')),
    is_active       INTEGER NOT NULL CHECK (is_active IN (0, 1)),
    is_verified     INTEGER NOT NULL CHECK (is_verified IN (0, 1)),
    sso_provider    TEXT CHECK (length(CAST(sso_provider AS BLOB)) BETWEEN 1 AND 1024),
    sso_id          TEXT CHECK (length(CAST(sso_id AS BLOB)) BETWEEN 1 AND 1024),
    last_login      TEXT CHECK (last_login GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND last_login >= '1970'),
    created_at      TEXT NOT NULL CHECK (created_at GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND created_at >= '1970'),
    updated_at      TEXT NOT NULL CHECK (updated_at GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND updated_at >= '1970')
) STRICT;

CREATE TABLE user_teams (
    user_id   INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    team_id   INTEGER NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    role      TEXT NOT NULL CHECK (role IN ('admin', 'developer', 'viewer')),
    joined_at TEXT NOT NULL CHECK (joined_at GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND joined_at >= '1970'),
    PRIMARY KEY (user_id, team_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE patterns (
    id                  INTEGER PRIMARY KEY,
    organization_id     INTEGER NOT NULL REFERENCES organizations (id),
    team_id             INTEGER REFERENCES teams (id),
    author_id           INTEGER NOT NULL REFERENCES users (id),
    name                TEXT NOT NULL CHECK (length(CAST(name AS BLOB)) BETWEEN 1 AND 1024),
    description         TEXT NOT NULL CHECK (length(CAST(description AS BLOB)) <= 65536),
    category            TEXT CHECK (length(CAST(category AS BLOB)) BETWEEN 1 AND 1024),
    severity            TEXT CHECK (severity IN ('low', 'medium', 'high', 'critical')),
    pattern_data        TEXT NOT NULL CHECK (json_type(pattern_data) = 'object'),
    code_example        TEXT CHECK (length(CAST(code_example AS BLOB)) <= 65536),
    solution            TEXT CHECK (length(CAST(solution AS BLOB)) <= 65536),
    frequency           INTEGER CHECK (frequency >= 0),
    effectiveness_score REAL CHECK (effectiveness_score >= 0 AND effectiveness_score <= 1),
    times_applied       INTEGER CHECK (times_applied >= 0),
    version             INTEGER NOT NULL CHECK (version >= 1),
    parent_id           INTEGER REFERENCES patterns (id),
    is_active           INTEGER NOT NULL CHECK (is_active IN (0, 1)),
    is_archived         INTEGER NOT NULL CHECK (is_archived IN (0, 1)),
    created_at          TEXT NOT NULL CHECK (created_at GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND created_at >= '1970'),
    updated_at          TEXT NOT NULL CHECK (updated_at GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND updated_at >= '1970'),
    last_applied        TEXT CHECK (last_applied GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND last_applied >= '1970'),
    UNIQUE (organization_id, name, version)
) STRICT;

-- The log outlives the people in it: a user who acted cannot be deleted.
CREATE TABLE audit_logs (
    id              INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    user_id         INTEGER REFERENCES users (id),
    action          TEXT NOT NULL CHECK (length(CAST(action AS BLOB)) BETWEEN 1 AND 1024),
    resource_type   TEXT NOT NULL CHECK (length(CAST(resource_type AS BLOB)) BETWEEN 1 AND 1024),
    resource_id     INTEGER,
    old_values      TEXT CHECK (json_type(old_values) = 'object'),
    new_values      TEXT CHECK (json_type(new_values) = 'object'),
    ip_address      TEXT CHECK (length(CAST(ip_address AS BLOB)) BETWEEN 1 AND 1024),
    user_agent      TEXT CHECK (length(CAST(user_agent AS BLOB)) BETWEEN 1 AND 1024),
    created_at      TEXT NOT NULL CHECK (created_at GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND created_at >= '1970'),
    sequence        INTEGER NOT NULL CHECK (sequence >= 1),
    previous_hash   TEXT NOT NULL CHECK (length(CAST(previous_hash AS BLOB)) = 64),
    hash            TEXT NOT NULL CHECK (length(CAST(hash AS BLOB)) = 64),
    UNIQUE (organization_id, sequence)
) STRICT;

CREATE TABLE configs (
    id              INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    team_id         INTEGER REFERENCES teams (id),
    key             TEXT NOT NULL CHECK (length(CAST(key AS BLOB)) BETWEEN 1 AND 1024),
    value           TEXT NOT NULL CHECK (json_valid(value)),
    description     TEXT CHECK (length(CAST(description AS BLOB)) <= 65536),
    is_enforced     INTEGER NOT NULL CHECK (is_enforced IN (0, 1)),
    created_at      TEXT NOT NULL CHECK (created_at GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND created_at >= '1970'),
    updated_at      TEXT NOT NULL CHECK (updated_at GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND updated_at >= '1970')
) STRICT;

-- A key is set once for the organization and once for each of its teams.
CREATE UNIQUE INDEX configs_scope ON configs (organization_id, COALESCE(team_id, 0), key);

CREATE TABLE metrics (
    id                 INTEGER PRIMARY KEY,
    organization_id    INTEGER NOT NULL REFERENCES organizations (id),
    team_id            INTEGER REFERENCES teams (id),
    user_id            INTEGER REFERENCES users (id),
    metric_type        TEXT NOT NULL CHECK (length(CAST(metric_type AS BLOB)) BETWEEN 1 AND 1024),
    metric_data        TEXT NOT NULL CHECK (json_type(metric_data) = 'object'),
    time_saved_seconds INTEGER,
    pattern_id         INTEGER REFERENCES patterns (id),
    created_at         TEXT NOT NULL CHECK (created_at GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND created_at >= '1970')
) STRICT;
