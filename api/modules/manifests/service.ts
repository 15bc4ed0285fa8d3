/** What files a choice of image series consists of, with addresses and checksums. */
import { Op } from 'sequelize'
import { mayHaveBytes, statesOfSeries } from '#api/access/bytes.ts'
import type { Caller } from '#api/access/caller.ts'
import type { Context } from '#api/context.ts'
import { recordModel } from '#api/db/recordModels.ts'
import type { RecordRow } from '#api/db/recordModels.ts'
import { invalidField, notFound } from '#api/errors.ts'
import { folders, uniquePaths } from '#api/modules/content/names.ts'
import { search, type Asked } from '#api/modules/search/service.ts'
import type { Manifest } from './formats.ts'

/** Series of one manifest; more are several manifests. */
export const mostSeries = 2000
const pageSize = 100

const field = (row: RecordRow, name: string) => row.get(name as never) as string

/**
 * The files of these series, in a folder for each. Series whose bytes the caller may not have are left out, as if they
 * were not there.
 * @throws AppError notFound when none of them is left
 */
export async function manifestOf(ctx: Context, caller: Caller, seriesIds: readonly string[]): Promise<Manifest> {
  const [rows, states] = await Promise.all([
    recordModel({ name: 'ImageSeries' }).findAll({
      where: { id: { [Op.in]: [...seriesIds] }, deletedAt: null } as never,
    }),
    statesOfSeries(seriesIds),
  ])
  const byId = new Map(rows.map((row) => [row.id, row]))
  const seen = seriesIds.flatMap((id) => {
    const row = byId.get(id)
    const standing = { projectId: row ? field(row, 'projectId') : '', datasets: states.get(id) ?? new Set<never>() }
    return row && mayHaveBytes(caller, standing) ? [row] : []
  })
  if (seen.length === 0 && seriesIds[0] !== undefined) throw notFound('image series', seriesIds[0])
  const files = await recordModel({ name: 'File' }).findAll({
    where: { seriesId: { [Op.in]: seen.map((row) => row.id) }, deletedAt: null } as never,
    order: [
      ['path', 'ASC'],
      ['id', 'ASC'],
    ],
  })
  const folderOf = folders(seen.map((row) => ({ id: row.id, name: field(row, 'label') })))
  const bySeries = Map.groupBy(files, (file) => field(file, 'seriesId'))
  const listed = seen.flatMap((series) =>
    (bySeries.get(series.id) ?? []).map((file) => ({
      seriesId: series.id,
      path: `${folderOf.get(series.id)}/${field(file, 'path')}`,
      url: `${ctx.config.publicUrl}/api/v1/files/${file.id}/content`,
      byteCount: file.get('byteCount' as never) as number,
      sha256: field(file, 'sha256'),
    })),
  )
  return {
    series: seen.map((row) => ({
      id: row.id,
      label: field(row, 'label'),
      folder: folderOf.get(row.id) as string,
      url: `${ctx.config.publicUrl}/series/${row.id}`,
    })),
    files: uniquePaths(listed),
    fileCount: listed.length,
    byteCount: listed.reduce((sum, file) => sum + file.byteCount, 0),
  }
}

/**
 * All series that a search finds, in its order.
 * @throws AppError invalid when there are more than a manifest holds
 */
export async function seriesOfSearch(ctx: Context, caller: Caller, asked: Asked): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const page = await search(ctx, caller, { ...asked, type: ['series'], limit: pageSize, ...(cursor && { cursor }) })
    if (page.total > mostSeries)
      throw invalidField('?q', `This finds ${page.total} image series; at most ${mostSeries} go together. Narrow it.`)
    ids.push(...page.items.map((item) => item.id))
    cursor = page.next ?? undefined
  } while (cursor)
  return [...new Set(ids)]
}
