/** Makes a dataset for machine learning from what was asked for. */
import { createHash } from 'node:crypto'
import { Op } from 'sequelize'
import { ImagingError } from '#imaging/errors.ts'
import type { Caller } from '#api/access/caller.ts'
import type { Context } from '#api/context.ts'
import { recordModel } from '#api/db/recordModels.ts'
import { AppError } from '#api/errors.ts'
import { citationText } from '#api/exports/citation.ts'
import { siteOf } from '#api/exports/published.ts'
import { safeName, uniquePaths } from '#api/modules/content/names.ts'
import { Dataset } from '#api/db/models.ts'
import { datasetOf } from '#api/modules/datasets/read.ts'
import type { RunningJob } from '#api/jobs/task.ts'
import { NoPixels, writeSeries } from './convert.ts'
import { gatherItems } from './items.ts'
import { lint } from './lint.ts'
import { splitItems } from './split.ts'
import type { Changes, Item, OutputFile, Result, Spec, SplitName } from './types.ts'

interface Work {
  ctx: Context
  caller: Caller
  id: string
  job: Pick<RunningJob, 'signal' | 'progress'>
}

/**
 * @param seriesIds what the query found, or what was chosen
 * @param before    result of the version before, whose parts are kept
 * @throws AppError invalid when the caller may have none of the series
 */
export async function buildResult(work: Work, spec: Spec, seriesIds: string[], before: Result | null): Promise<Result> {
  const { ctx, caller, job } = work
  job.progress(0, 'Reading what is known of the images')
  const { items: gathered, publications } = await gatherItems(caller, seriesIds, spec.labelFacet)
  if (gathered.length === 0) throw new AppError('invalid', 'None of these image series is there, or may be had by you.')
  const whole = gathered.map((item): Item => ({ ...item, split: 'train', files: [] }))
  const parts = splitItems(whole, spec.split, partsOf(before))
  const items = whole.map((item): Item => ({ ...item, split: parts.get(item.seriesId) ?? 'train' }))
  const files = spec.format === 'nifti' ? await convert(work, spec, items) : await originals(items)
  for (const item of items) {
    const made = files.get(item.seriesId)
    if (made?.problem !== undefined) item.problem = made.problem
    item.files = made?.files ?? []
  }
  const used = new Set(items.map(({ seriesId }) => seriesId))
  const datasets = await Dataset.findAll({ where: { id: { [Op.in]: publications.map(({ dataset }) => dataset.id) } } })
  const site = siteOf(ctx.config)
  return {
    items,
    findings: lint(items, { labelled: spec.labelFacet !== undefined }),
    changes: before && changesOf(before.items, items),
    sources: publications
      .filter(({ graph }) => graph.all('ImageSeries').some(({ id }) => used.has(id)))
      .flatMap(({ dataset: { id } }) => datasets.filter((row) => row.id === id))
      .map((row) => {
        const dataset = datasetOf(ctx, row)
        return {
          datasetId: row.id,
          title: row.title,
          licence: dataset.licence ?? null,
          citation: citationText(dataset, site),
        }
      }),
    sha256: createHash('sha256').update(JSON.stringify(items)).digest('hex'),
    madeAt: new Date().toISOString(),
  }
}

/** Where series and animals were before. */
function partsOf(before: Result | null): Map<string, SplitName> {
  return new Map(
    (before?.items ?? []).flatMap((item) => [item.seriesId, ...item.animals].map((id) => [id, item.split] as const)),
  )
}

function changesOf(before: readonly Item[], now: readonly Item[]): Changes {
  const essence = ({ bytes, label }: Item) => JSON.stringify([bytes.toSorted(), label])
  const old = new Map(before.map((item) => [item.seriesId, essence(item)]))
  const current = new Set(now.map(({ seriesId }) => seriesId))
  return {
    added: [...current].filter((id) => !old.has(id)),
    removed: [...old.keys()].filter((id) => !current.has(id)),
    changed: now
      .filter((item) => old.has(item.seriesId) && old.get(item.seriesId) !== essence(item))
      .map((item) => item.seriesId),
  }
}

type Made = Map<string, { files: OutputFile[]; problem?: string }>

/** Folder of each item: its part, then its own name. */
const foldersOf = (items: readonly Item[]): Map<string, string> =>
  new Map(
    uniquePaths(items.map((item) => ({ id: item.seriesId, path: `${item.split}/${safeName(item.name)}` }))).map(
      ({ id, path }) => [id, path],
    ),
  )

async function originals(items: readonly Item[]): Promise<Made> {
  const rows = await recordModel({ name: 'File' }).findAll({
    where: { seriesId: { [Op.in]: items.map(({ seriesId }) => seriesId) }, deletedAt: null } as never,
    order: [['path', 'ASC']],
  })
  const bySeries = Map.groupBy(rows, (row) => row.get('seriesId' as never) as string)
  const folders = foldersOf(items)
  return new Map(
    items.map(({ seriesId, bytes }) => {
      const known = new Set(bytes)
      const files = (bySeries.get(seriesId) ?? [])
        // A published series has the files of its snapshot; what came later is not public.
        .filter((row) => known.has(row.get('sha256' as never) as string))
        .map((row) => ({
          path: `${folders.get(seriesId)}/${row.get('path' as never) as string}`,
          byteCount: row.get('byteCount' as never) as number,
          sha256: row.get('sha256' as never) as string,
          fileId: row.id,
        }))
      return [seriesId, { files }]
    }),
  )
}

async function convert({ ctx, id, job }: Work, spec: Spec, items: readonly Item[]): Promise<Made> {
  const made: Made = new Map()
  const folders = foldersOf(items)
  for (const [n, { seriesId, name }] of items.entries()) {
    job.signal.throwIfAborted()
    job.progress(n / items.length, `Converting ${n + 1} of ${items.length}: ${name}`.slice(0, 300))
    const path = `${folders.get(seriesId)}.nii.gz`
    try {
      const file = await writeSeries(ctx, id, seriesId, path, spec.spacing ?? null, job.signal)
      made.set(seriesId, { files: [{ path, ...file }] })
    } catch (error) {
      if (!(error instanceof ImagingError || error instanceof NoPixels)) throw error
      made.set(seriesId, { files: [], problem: error.message })
    }
  }
  return made
}
