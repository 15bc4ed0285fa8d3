/**
 * The first schema: people and rights, the record, bytes and imports, jobs, publication. Plain SQL in the subset that
 * SQLite and MariaDB share. History never changes: what this file made is altered by later files only.
 */
import type { Sequelize } from 'sequelize'

const id = 'CHAR(26) NOT NULL'
const idOrNull = 'CHAR(26)'
const instant = 'DATETIME(3) NOT NULL'
const instantOrNull = 'DATETIME(3)'

/** Columns that every record of the ontology has. */
const recordColumns = `
  id ${id} PRIMARY KEY,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
  created_at ${instant},
  updated_at ${instant},
  created_by ${idOrNull},
  deleted_at ${instantOrNull},
  deleted_root ${idOrNull},
  label_sort VARCHAR(190) NOT NULL,
  body LONGTEXT NOT NULL`

const tables: [name: string, columns: string, indexes?: string[]][] = [
  [
    'users',
    `id ${id} PRIMARY KEY,
    email VARCHAR(254) NOT NULL UNIQUE,
    name VARCHAR(200) NOT NULL,
    password_hash VARCHAR(300),
    site_role VARCHAR(10) NOT NULL CHECK (site_role IN ('user', 'curator', 'admin')),
    disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    version INTEGER NOT NULL DEFAULT 1,
    created_at ${instant},
    updated_at ${instant}`,
  ],
  [
    'sign_ins',
    `token_hash CHAR(64) NOT NULL PRIMARY KEY,
    user_id ${id} REFERENCES users (id),
    created_at ${instant},
    last_seen_at ${instant},
    expires_at ${instant},
    user_agent VARCHAR(300)`,
    ['user_id', 'expires_at'],
  ],
  [
    'tokens',
    `id ${id} PRIMARY KEY,
    user_id ${id} REFERENCES users (id),
    label VARCHAR(200) NOT NULL,
    secret_hash CHAR(64) NOT NULL UNIQUE,
    scopes VARCHAR(200) NOT NULL,
    project_ids LONGTEXT,
    expires_at ${instantOrNull},
    last_used_at ${instantOrNull},
    created_at ${instant}`,
    ['user_id'],
  ],
  ['organizations', `${recordColumns}, name VARCHAR(300) NOT NULL`, ['label_sort, id']],
  [
    'people',
    `${recordColumns},
    family_name VARCHAR(120) NOT NULL,
    affiliation_id ${idOrNull} REFERENCES organizations (id)`,
    ['label_sort, id'],
  ],
  [
    'instruments',
    `${recordColumns},
    name VARCHAR(300) NOT NULL,
    organization_id ${idOrNull} REFERENCES organizations (id)`,
    ['label_sort, id'],
  ],
  [
    'agents',
    `${recordColumns}, name VARCHAR(300) NOT NULL, category VARCHAR(40) NOT NULL`,
    ['label_sort, id', 'category'],
  ],
  [
    'projects',
    `${recordColumns},
    title VARCHAR(300) NOT NULL,
    principal_investigator_id ${idOrNull} REFERENCES people (id),
    organization_id ${idOrNull} REFERENCES organizations (id)`,
    ['label_sort, id', 'updated_at, id'],
  ],
  [
    'memberships',
    `project_id ${id} REFERENCES projects (id),
    user_id ${id} REFERENCES users (id),
    role VARCHAR(10) NOT NULL CHECK (role IN ('viewer', 'editor', 'owner')),
    created_at ${instant},
    PRIMARY KEY (project_id, user_id)`,
    ['user_id'],
  ],
  [
    'studies',
    `${recordColumns},
    project_id ${id} REFERENCES projects (id),
    title VARCHAR(300) NOT NULL,
    contact_id ${idOrNull} REFERENCES people (id)`,
    ['project_id, label_sort, id', 'updated_at, id'],
  ],
  [
    'subjects',
    `${recordColumns},
    kind VARCHAR(20) NOT NULL CHECK (kind IN ('animal', 'cellCulture', 'specimen', 'phantom')),
    local_id VARCHAR(120) NOT NULL,
    parent_subject_id ${idOrNull} REFERENCES subjects (id)`,
    ['label_sort, id', 'local_id'],
  ],
  [
    'project_subjects',
    `project_id ${id} REFERENCES projects (id),
    subject_id ${id} REFERENCES subjects (id),
    PRIMARY KEY (project_id, subject_id)`,
    ['subject_id'],
  ],
  [
    'study_subjects',
    `study_id ${id} REFERENCES studies (id),
    subject_id ${id} REFERENCES subjects (id),
    PRIMARY KEY (study_id, subject_id)`,
    ['subject_id'],
  ],
  [
    'sessions',
    `${recordColumns},
    study_id ${id} REFERENCES studies (id),
    project_id ${id} REFERENCES projects (id),
    label VARCHAR(300) NOT NULL,
    instrument_id ${idOrNull} REFERENCES instruments (id),
    operator_id ${idOrNull} REFERENCES people (id)`,
    ['study_id, label_sort, id', 'project_id'],
  ],
  [
    'series',
    `${recordColumns},
    session_id ${id} REFERENCES sessions (id),
    study_id ${id} REFERENCES studies (id),
    project_id ${id} REFERENCES projects (id),
    label VARCHAR(300) NOT NULL,
    modality VARCHAR(10),
    format VARCHAR(40) NOT NULL,
    file_count INTEGER NOT NULL CHECK (file_count >= 0),
    byte_count BIGINT NOT NULL CHECK (byte_count >= 0),
    pixels VARCHAR(10) NOT NULL CHECK (pixels IN ('waiting', 'ready', 'failed', 'none'))`,
    ['study_id, label_sort, id', 'session_id', 'project_id', 'updated_at, id', 'modality'],
  ],
  [
    'series_subjects',
    `series_id ${id} REFERENCES series (id),
    subject_id ${id} REFERENCES subjects (id),
    PRIMARY KEY (series_id, subject_id)`,
    ['subject_id'],
  ],
  [
    'blobs',
    `sha256 CHAR(64) NOT NULL PRIMARY KEY,
    byte_count BIGINT NOT NULL CHECK (byte_count >= 0),
    created_at ${instant}`,
  ],
  [
    'files',
    `${recordColumns},
    series_id ${idOrNull} REFERENCES series (id),
    session_id ${idOrNull} REFERENCES sessions (id),
    study_id ${id} REFERENCES studies (id),
    project_id ${id} REFERENCES projects (id),
    path VARCHAR(1000) NOT NULL,
    byte_count BIGINT NOT NULL CHECK (byte_count >= 0),
    sha256 CHAR(64) NOT NULL REFERENCES blobs (sha256),
    role VARCHAR(12) NOT NULL CHECK (role IN ('image', 'attachment'))`,
    ['series_id, label_sort, id', 'study_id', 'project_id', 'sha256'],
  ],
  [
    'events',
    `${recordColumns},
    kind VARCHAR(40) NOT NULL,
    project_id ${id} REFERENCES projects (id),
    subject_id ${id} REFERENCES subjects (id),
    session_id ${idOrNull} REFERENCES sessions (id),
    performer_id ${idOrNull} REFERENCES people (id)`,
    ['subject_id', 'project_id', 'session_id'],
  ],
  [
    'imports',
    `id ${id} PRIMARY KEY,
    study_id ${id} REFERENCES studies (id),
    project_id ${id} REFERENCES projects (id),
    user_id ${id} REFERENCES users (id),
    label VARCHAR(300) NOT NULL,
    state VARCHAR(12) NOT NULL CHECK (state IN
      ('collecting', 'inspecting', 'planned', 'committing', 'committed', 'undone', 'failed', 'cancelled')),
    version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
    plan LONGTEXT,
    result LONGTEXT,
    job_id ${idOrNull},
    problem LONGTEXT,
    created_at ${instant},
    updated_at ${instant}`,
    ['study_id', 'project_id', 'user_id'],
  ],
  [
    'import_files',
    `id ${id} PRIMARY KEY,
    import_id ${id} REFERENCES imports (id),
    path VARCHAR(1000) NOT NULL,
    path_key CHAR(64) NOT NULL,
    byte_count BIGINT NOT NULL CHECK (byte_count >= 0),
    sha256 CHAR(64) REFERENCES blobs (sha256),
    state VARCHAR(10) NOT NULL CHECK (state IN ('stored', 'refused')),
    problem LONGTEXT,
    created_at ${instant},
    UNIQUE (import_id, path_key)`,
    ['sha256'],
  ],
  [
    'jobs',
    `id ${id} PRIMARY KEY,
    task VARCHAR(60) NOT NULL,
    state VARCHAR(10) NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    payload LONGTEXT NOT NULL,
    progress DOUBLE NOT NULL DEFAULT 0,
    message VARCHAR(500),
    problem LONGTEXT,
    user_id ${idOrNull} REFERENCES users (id),
    project_id ${idOrNull} REFERENCES projects (id),
    attempts INTEGER NOT NULL DEFAULT 0,
    run_after ${instant},
    lease_until ${instantOrNull},
    lease_owner VARCHAR(64),
    created_at ${instant},
    updated_at ${instant}`,
    ['state, run_after', 'user_id', 'project_id'],
  ],
  [
    'series_pixels',
    `series_id ${id} PRIMARY KEY REFERENCES series (id),
    revision CHAR(16) NOT NULL,
    header LONGTEXT NOT NULL,
    layout LONGTEXT NOT NULL,
    value_range LONGTEXT NOT NULL,
    created_at ${instant}`,
  ],
  [
    'datasets',
    `id ${id} PRIMARY KEY,
    project_id ${id} REFERENCES projects (id),
    study_id ${idOrNull} REFERENCES studies (id),
    title VARCHAR(300) NOT NULL,
    label_sort VARCHAR(190) NOT NULL,
    state VARCHAR(10) NOT NULL CHECK (state IN ('draft', 'submitted', 'published', 'withdrawn')),
    version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
    version_number INTEGER NOT NULL DEFAULT 0 CHECK (version_number >= 0),
    published_at ${instantOrNull},
    body LONGTEXT NOT NULL,
    created_by ${idOrNull},
    created_at ${instant},
    updated_at ${instant},
    CHECK (state <> 'published' OR (version_number >= 1 AND published_at IS NOT NULL))`,
    ['project_id', 'state, published_at, id', 'label_sort, id'],
  ],
  [
    'dataset_versions',
    `dataset_id ${id} REFERENCES datasets (id),
    number INTEGER NOT NULL CHECK (number >= 1),
    snapshot LONGTEXT NOT NULL,
    snapshot_sha256 CHAR(64) NOT NULL,
    published_at ${instant},
    published_by ${idOrNull},
    PRIMARY KEY (dataset_id, number)`,
  ],
  [
    'dataset_series',
    `dataset_id ${id} REFERENCES datasets (id),
    series_id ${id} REFERENCES series (id),
    PRIMARY KEY (dataset_id, series_id)`,
    ['series_id'],
  ],
  [
    'outbox',
    `id ${id} PRIMARY KEY,
    topic VARCHAR(40) NOT NULL,
    entity VARCHAR(40) NOT NULL,
    record_id ${id},
    created_at ${instant}`,
    ['topic, id'],
  ],
  [
    'audit',
    `id ${id} PRIMARY KEY,
    at ${instant},
    actor_id ${idOrNull},
    actor_name VARCHAR(300) NOT NULL,
    actor_kind VARCHAR(10) NOT NULL CHECK (actor_kind IN ('user', 'token', 'system')),
    action VARCHAR(40) NOT NULL,
    entity VARCHAR(40) NOT NULL,
    record_id ${idOrNull},
    project_id ${idOrNull},
    label VARCHAR(300) NOT NULL,
    changes LONGTEXT NOT NULL`,
    ['record_id, id', 'entity, id', 'actor_id, id'],
  ],
]

export async function up({ context: sequelize }: { context: Sequelize }): Promise<void> {
  const mariadb = sequelize.getDialect() === 'mariadb'
  const options = mariadb ? ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin' : ''
  for (const [table, columns, indexes = []] of tables) {
    await sequelize.query(`CREATE TABLE IF NOT EXISTS ${table} (${mariadb ? references(columns) : columns})${options}`)
    for (const [n, index] of indexes.entries()) {
      await sequelize.query(`CREATE INDEX IF NOT EXISTS ${table}_${n} ON ${table} (${index})`)
    }
  }
  // What is written to the audit stays as it was written.
  for (const verb of ['UPDATE', 'DELETE']) {
    const body = mariadb
      ? `SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the audit is never changed'`
      : `BEGIN SELECT RAISE(ABORT, 'the audit is never changed'); END`
    await sequelize.query(
      `CREATE TRIGGER IF NOT EXISTS audit_no_${verb.toLowerCase()} BEFORE ${verb} ON audit FOR EACH ROW ${body}`,
    )
  }
}

export async function down({ context: sequelize }: { context: Sequelize }): Promise<void> {
  for (const [table] of tables.toReversed()) await sequelize.query(`DROP TABLE IF EXISTS ${table}`)
}

/** MariaDB before 10.5 ignores column-level REFERENCES silently; table-level foreign keys hold everywhere. */
function references(columns: string): string {
  const keys: string[] = []
  const plain = columns.replaceAll(
    /^(\s*,?\s*)(\w+)( [^\n]*?) REFERENCES (\w+) \((\w+)\)/gm,
    (_all, space: string, column: string, rest: string, table: string, key: string) => {
      keys.push(`FOREIGN KEY (${column}) REFERENCES ${table} (${key})`)
      return `${space}${column}${rest}`
    },
  )
  return [plain, ...keys].join(',\n')
}
