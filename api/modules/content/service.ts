/** Original files and archives of them. */
import { Op } from 'sequelize'
import { File } from '#ontology/entities/file.ts'
import { ImageSeries } from '#ontology/entities/series.ts'
import { ImagingSession } from '#ontology/entities/session.ts'
import { Study } from '#ontology/entities/study.ts'
import { closedUntil, datasetStates, demandBytes } from '#api/access/bytes.ts'
import type { Caller } from '#api/access/caller.ts'
import { can } from '#api/access/rights.ts'
import type { Context } from '#api/context.ts'
import { recordModel } from '#api/db/recordModels.ts'
import type { RecordRow } from '#api/db/recordModels.ts'
import { AppError, notFound } from '#api/errors.ts'
import { datasetJsonLd } from '#api/exports/jsonLd.ts'
import { filesOf, siteOf } from '#api/exports/published.ts'
import { roCrate } from '#api/exports/roCrate.ts'
import { seriesRecord } from '#api/modules/pixels/record.ts'
import { getDataset } from '#api/modules/datasets/read.ts'
import type { ArchiveEntry } from './archive.ts'
import { folders } from './names.ts'
import { attachment } from './sendBytes.ts'
import type { Representation } from './sendBytes.ts'

const alive = { deletedAt: null }
const field = (row: RecordRow, name: string) => row.get(name as never) as string

/** The bytes of one file. @throws AppError notFound, gone */
export async function fileContent(ctx: Context, caller: Caller, id: string): Promise<Representation> {
  const row = await recordModel(File).findOne({ where: { id, ...alive } })
  if (!row) throw notFound('file', id)
  const seriesId = row.get('seriesId' as never) as string | null
  const datasets = seriesId ? await datasetStates(seriesId) : new Set<never>()
  const access = demandBytes(caller, { title: 'file', id }, { projectId: field(row, 'projectId'), datasets })
  const sha256 = field(row, 'sha256')
  return {
    byteCount: row.get('byteCount' as never) as number,
    etag: `"sha256:${sha256}"`,
    mediaType: harmless(row.body.mediaType as string | undefined),
    headers: {
      'cache-control': `${access}, max-age=3600`,
      'content-disposition': attachment(field(row, 'path').split('/').at(-1)!),
      'repr-digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
    },
    body: (span) => ctx.blobs.createReadStream(sha256, span),
  }
}

/** What a browser could run is named as plain bytes, whatever it was uploaded as. */
const harmless = (mediaType = 'application/octet-stream'): string =>
  /html|xml|svg|script|css|pdf|flash/i.test(mediaType) ? 'application/octet-stream' : mediaType

export interface Archive {
  name: string
  entries: ArchiveEntry[]
}

/** All files of a series under their own paths. @throws AppError notFound, gone */
export async function seriesArchive(caller: Caller, id: string): Promise<Archive> {
  const series = await recordModel(ImageSeries).findOne({ where: { id, ...alive } })
  if (!series) throw notFound('image series', id)
  const standing = { projectId: field(series, 'projectId'), datasets: await datasetStates(id) }
  demandBytes(caller, { title: 'image series', id }, standing)
  const files = await filesWhere({ seriesId: id })
  const { displayName } = await seriesRecord(caller, id, standing.projectId)
  return { name: displayName, entries: files.map((file) => entryOf(file, field(file, 'path'))) }
}

/** All files of a study, in folders by session and series. @throws AppError notFound */
export async function studyArchive(caller: Caller, id: string): Promise<Archive> {
  const study = await recordModel(Study).findOne({ where: { id, ...alive } })
  if (!study || !can(caller, 'read', field(study, 'projectId'))) throw notFound('study', id)
  const [files, series, sessions] = await Promise.all([
    filesWhere({ studyId: id }),
    recordModel(ImageSeries).findAll({ where: { studyId: id, ...alive } as never, order: [['id', 'ASC']] }),
    recordModel(ImagingSession).findAll({ where: { studyId: id, ...alive } as never, order: [['id', 'ASC']] }),
  ])
  const sessionFolders = folders(sessions.map((row) => ({ id: row.id, name: field(row, 'label') })))
  const seriesFolders = new Map(
    [...Map.groupBy(series, (row) => field(row, 'sessionId'))].flatMap(([, rows]) => [
      ...folders(rows.map((row) => ({ id: row.id, name: field(row, 'label') }))),
    ]),
  )
  const byId = new Map(series.map((row) => [row.id, row]))
  const folderOf = (file: RecordRow): string => {
    const of = byId.get(field(file, 'seriesId'))
    const session = sessionFolders.get(of ? field(of, 'sessionId') : field(file, 'sessionId'))
    return [session, of ? seriesFolders.get(of.id) : 'attachments'].filter(Boolean).join('/')
  }
  return {
    name: field(study, 'title'),
    entries: files.map((file) => entryOf(file, `${folderOf(file)}/${field(file, 'path')}`)),
  }
}

/**
 * All files of the newest version of a dataset, in folders by series, with its JSON-LD beside them.
 * @throws AppError notFound, gone when it was withdrawn
 */
export async function datasetArchive(
  ctx: Context,
  caller: Caller,
  id: string,
): Promise<Archive & { texts: Record<string, string> }> {
  const dataset = await getDataset(ctx, caller, id)
  if (dataset.state === 'withdrawn') throw new AppError('gone', 'This dataset was withdrawn; its page says why.')
  if (dataset.state === 'embargoed' && !can(caller, 'read', dataset.projectId)) throw closedUntil(dataset.embargoUntil)
  const site = siteOf(ctx.config)
  return {
    name: dataset.title,
    entries: filesOf(dataset, site).map(({ path, createdAt, sha256, byteCount }) => ({
      path,
      modified: new Date(createdAt),
      sha256,
      byteCount,
    })),
    texts: {
      'dataset.jsonld': `${JSON.stringify(datasetJsonLd(dataset, site, { full: true }), null, 2)}\n`,
      'data/ro-crate-metadata.json': `${JSON.stringify(roCrate(dataset, site, { attached: true }), null, 2)}\n`,
    },
  }
}

const filesWhere = (where: Record<string, string>): Promise<RecordRow[]> =>
  recordModel(File).findAll({
    where: { [Op.and]: [where, alive] } as never,
    order: [
      ['path', 'ASC'],
      ['id', 'ASC'],
    ],
  })

const entryOf = (file: RecordRow, path: string): ArchiveEntry => ({
  path,
  modified: file.createdAt,
  sha256: field(file, 'sha256'),
  byteCount: file.get('byteCount' as never) as number,
})
