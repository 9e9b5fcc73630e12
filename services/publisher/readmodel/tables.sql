CREATE TABLE projects (
    number INTEGER PRIMARY KEY,
    project_id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    acronym TEXT,
    summary TEXT,
    programme TEXT NOT NULL,
    call_year INTEGER,
    start_date TEXT NOT NULL,
    end_date TEXT NOT NULL,
    languages TEXT NOT NULL,
    organisations TEXT NOT NULL,
    contact_ids TEXT NOT NULL,
    funding TEXT NOT NULL,
    granting_authority TEXT,
    sequence INTEGER NOT NULL,
    touched INTEGER NOT NULL
);
CREATE INDEX projects_newest ON projects (start_date DESC, project_id);
CREATE TABLE websites (project_id TEXT PRIMARY KEY, url TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE logos (
    project_id TEXT PRIMARY KEY, object_key TEXT NOT NULL, sha256 TEXT NOT NULL, content_type TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE contacts (
    project_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    public_key TEXT NOT NULL,
    fields TEXT NOT NULL,
    PRIMARY KEY (project_id, contact_id)
) WITHOUT ROWID;
-- Every description that intake recorded, until the agency approves one: never read by any query of the public.
CREATE TABLE descriptions (sequence INTEGER PRIMARY KEY, result_id TEXT NOT NULL, state TEXT NOT NULL);
CREATE INDEX descriptions_of ON descriptions (result_id, sequence);
CREATE TABLE results (
    number INTEGER PRIMARY KEY,
    result_id TEXT NOT NULL UNIQUE,
    project_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    category TEXT NOT NULL,
    languages TEXT NOT NULL,
    url TEXT,
    revision INTEGER NOT NULL,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    object_key TEXT NOT NULL,
    basis TEXT NOT NULL,
    published_at TEXT NOT NULL,
    first_published_at TEXT NOT NULL,
    sequence INTEGER NOT NULL
);
CREATE INDEX results_newest ON results (first_published_at DESC, result_id);
CREATE INDEX results_of ON results (project_id, first_published_at);
CREATE TABLE tombstones (
    result_id TEXT PRIMARY KEY, project_id TEXT NOT NULL, code TEXT NOT NULL, reason TEXT, at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE takedowns (
    result_id TEXT PRIMARY KEY, revision INTEGER NOT NULL, sha256 TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE facets (
    project_id TEXT NOT NULL,
    result_id TEXT NOT NULL,
    facet TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (facet, value, project_id, result_id)
) WITHOUT ROWID;
CREATE INDEX facets_of ON facets (project_id, result_id);
-- Keys under which something may lie in the public zone; `named`: the log says that it is public.
CREATE TABLE objects (
    object_key TEXT PRIMARY KEY, owner TEXT NOT NULL, named INTEGER NOT NULL, since REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX objects_of ON objects (owner);
CREATE INDEX objects_unnamed ON objects (since) WHERE named = 0;
CREATE VIRTUAL TABLE project_search USING fts5(
    title, acronym, summary, organisations, tokenize = "unicode61 remove_diacritics 2"
);
CREATE VIRTUAL TABLE result_search USING fts5(title, description, name, tokenize = "unicode61 remove_diacritics 2");
