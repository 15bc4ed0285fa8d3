/** Sequelize models of what is not a record of the ontology: people with accounts, rights, audit, outbox, blobs, datasets. */
import { DataTypes, Model, type ModelAttributes, type ModelStatic, type Sequelize } from 'sequelize'
import type { DerivedKind, PixelLayout, ValueRange } from '#api/imaging/derive.ts'
import type { Header } from '#imaging/header.ts'
import { bytesColumn, idColumn, instantColumn, jsonColumn } from './columns.ts'

export class User extends Model {
  declare id: string
  declare email: string
  declare name: string
  declare passwordHash: string | null
  declare siteRole: 'user' | 'curator' | 'admin'
  declare disabled: boolean
  declare version: number
  declare createdAt: Date
  declare updatedAt: Date
}
export class SignIn extends Model {
  declare tokenHash: string
  declare userId: string
  declare createdAt: Date
  declare lastSeenAt: Date
  declare expiresAt: Date
  declare userAgent: string | null
}
export class Token extends Model {
  declare id: string
  declare userId: string
  declare label: string
  declare secretHash: string
  declare scopes: string
  declare projectIds: string[] | null
  declare expiresAt: Date | null
  declare lastUsedAt: Date | null
  declare createdAt: Date
}
export class Membership extends Model {
  declare projectId: string
  declare userId: string
  declare role: 'viewer' | 'editor' | 'owner'
  declare createdAt: Date
}
export class Blob extends Model {
  declare sha256: string
  declare byteCount: number
  declare createdAt: Date
}
export class Dataset extends Model {
  declare id: string
  declare projectId: string
  declare studyId: string | null
  declare title: string
  declare labelSort: string
  declare state: 'draft' | 'submitted' | 'published' | 'withdrawn'
  /**
   * Day on which it opens by itself. An embargoed dataset is accepted and has its version, but stays 'submitted' here
   * until then: whatever asks for what is public does not find it, and only what knows of embargoes shows its metadata.
   */
  declare embargoUntil: Date | null
  declare version: number
  declare versionNumber: number
  declare publishedAt: Date | null
  declare body: Record<string, unknown>
  declare createdBy: string | null
  declare createdAt: Date
  declare updatedAt: Date
}
export class DatasetVersion extends Model {
  declare datasetId: string
  declare number: number
  /** The snapshot as JSON text, exactly the characters whose SHA-256 is recorded. */
  declare snapshot: string
  declare snapshotSha256: string
  declare publishedAt: Date
  declare publishedBy: string | null
}
export class DatasetSeries extends Model {
  declare datasetId: string
  declare seriesId: string
}
/** Where the planes of a series stand and what they mean; derived from its files and made anew by `rebuild`. */
export class SeriesPixels extends Model {
  declare seriesId: string
  declare revision: string
  declare header: Header
  declare layout: PixelLayout
  declare valueRange: ValueRange
  declare createdAt: Date
}
/** A derived file of a series: how large it is, and when it was last used (within a minute). */
export class DerivedFile extends Model {
  declare seriesId: string
  declare kind: DerivedKind
  declare byteCount: number
  declare usedAt: Date
}
/** A label volume that a segmentation had. */
export class SegmentationVersion extends Model {
  declare segmentationId: string
  /** Of the record, once these labels were its own. */
  declare version: number
  declare sha256: string
  declare createdAt: Date
  declare createdBy: string | null
}
export class Outbox extends Model {
  declare id: string
  declare topic: string
  declare entity: string
  declare recordId: string
  declare createdAt: Date
}
export class AuditEntry extends Model {
  declare id: string
  declare at: Date
  declare actorId: string | null
  declare actorName: string
  declare actorKind: 'user' | 'token' | 'system'
  declare action: string
  declare entity: string
  declare recordId: string | null
  declare projectId: string | null
  declare label: string
  declare changes: unknown
}

const key = { primaryKey: true, allowNull: false }

/** Binds the models to a connection. One connection per process at a time; tests that open several bind them in turn. */
export function defineModels(sequelize: Sequelize): void {
  const define = <M extends Model>(model: ModelStatic<M>, tableName: string, attributes: ModelAttributes<M>) =>
    model.init(attributes as never, { sequelize, tableName })
  define(User, 'users', {
    id: idColumn(key),
    email: DataTypes.STRING(254),
    name: DataTypes.STRING(200),
    passwordHash: DataTypes.STRING(300),
    siteRole: DataTypes.STRING(10),
    disabled: {
      type: DataTypes.INTEGER,
      get() {
        return Boolean(this.getDataValue('disabled'))
      },
      set(value: boolean) {
        this.setDataValue('disabled', value ? 1 : 0)
      },
    },
    version: DataTypes.INTEGER,
    createdAt: instantColumn(),
    updatedAt: instantColumn(),
  })
  define(SignIn, 'sign_ins', {
    tokenHash: { type: DataTypes.CHAR(64), ...key },
    userId: idColumn(),
    createdAt: instantColumn(),
    lastSeenAt: instantColumn(),
    expiresAt: instantColumn(),
    userAgent: DataTypes.STRING(300),
  })
  define(Token, 'tokens', {
    id: idColumn(key),
    userId: idColumn(),
    label: DataTypes.STRING(200),
    secretHash: DataTypes.CHAR(64),
    scopes: DataTypes.STRING(200),
    projectIds: jsonColumn('projectIds'),
    expiresAt: instantColumn(),
    lastUsedAt: instantColumn(),
    createdAt: instantColumn(),
  })
  define(Membership, 'memberships', {
    projectId: idColumn(key),
    userId: idColumn(key),
    role: DataTypes.STRING(10),
    createdAt: instantColumn(),
  })
  define(Blob, 'blobs', {
    sha256: { type: DataTypes.CHAR(64), ...key },
    byteCount: bytesColumn('byteCount'),
    createdAt: instantColumn(),
  })
  define(Dataset, 'datasets', {
    id: idColumn(key),
    projectId: idColumn(),
    studyId: idColumn(),
    title: DataTypes.STRING(300),
    labelSort: DataTypes.STRING(190),
    state: DataTypes.STRING(10),
    embargoUntil: instantColumn(),
    version: DataTypes.INTEGER,
    versionNumber: DataTypes.INTEGER,
    publishedAt: instantColumn(),
    body: jsonColumn('body'),
    createdBy: idColumn(),
    createdAt: instantColumn(),
    updatedAt: instantColumn(),
  })
  define(DatasetVersion, 'dataset_versions', {
    datasetId: idColumn(key),
    number: { type: DataTypes.INTEGER, ...key },
    snapshot: DataTypes.TEXT('long'),
    snapshotSha256: DataTypes.CHAR(64),
    publishedAt: instantColumn(),
    publishedBy: idColumn(),
  })
  define(DatasetSeries, 'dataset_series', { datasetId: idColumn(key), seriesId: idColumn(key) })
  define(SeriesPixels, 'series_pixels', {
    seriesId: idColumn(key),
    revision: DataTypes.CHAR(16),
    header: jsonColumn('header'),
    layout: jsonColumn('layout'),
    valueRange: jsonColumn('valueRange'),
    createdAt: instantColumn(),
  })
  define(DerivedFile, 'derived_files', {
    seriesId: idColumn(key),
    kind: { type: DataTypes.STRING(12), ...key },
    byteCount: bytesColumn('byteCount'),
    usedAt: instantColumn(),
  })
  define(SegmentationVersion, 'segmentation_versions', {
    segmentationId: idColumn(key),
    version: { type: DataTypes.INTEGER, ...key },
    sha256: DataTypes.CHAR(64),
    createdAt: instantColumn(),
    createdBy: idColumn(),
  })
  define(Outbox, 'outbox', {
    id: idColumn(key),
    topic: DataTypes.STRING(40),
    entity: DataTypes.STRING(40),
    recordId: idColumn(),
    createdAt: instantColumn(),
  })
  define(AuditEntry, 'audit', {
    id: idColumn(key),
    at: instantColumn(),
    actorId: idColumn(),
    actorName: DataTypes.STRING(300),
    actorKind: DataTypes.STRING(10),
    action: DataTypes.STRING(40),
    entity: DataTypes.STRING(40),
    recordId: idColumn(),
    projectId: idColumn(),
    label: DataTypes.STRING(300),
    changes: jsonColumn('changes'),
  })
}
