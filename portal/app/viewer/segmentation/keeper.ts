/** Between the segmentations of the page and their records. */
import type { Segmentation } from '#ontology/entities/segmentation.ts'
import { decodeRuns, encodeRuns } from '#imaging/labels/runs.ts'
import { get, send } from '../../api.ts'
import { problemText } from '../../http.ts'
import type { Problem } from '../../contract.ts'
import type { SeriesHeader } from '../contract.ts'
import type { Open } from './store.ts'

export interface KeptSegmentation {
  id: string
  version: number
  author: string
  /** Labels are read by members; of what is published they are part of no snapshot yet. */
  mayRead: boolean
}

const stale =
  'Somebody changed this segmentation in the meantime. Load the page again to see it; your labels are not saved.'

const demand = (problem: Problem): never => {
  throw new Error(problem.code === 'stale' ? stale : problemText(problem))
}

export async function readSegmentations(header: SeriesHeader, signal: AbortSignal): Promise<Segmentation[]> {
  if (header.record === null) return []
  const page = await get<{ items: Segmentation[] }>('/segmentations', { seriesId: header.seriesId, limit: 200 }, signal)
  return page.items
}

/** Labels of each time point. @throws Error with a sentence for people */
export async function readLabels({ id }: KeptSegmentation, header: SeriesHeader): Promise<Open['volumes']> {
  const response = await fetch(`/api/v1/segmentations/${id}/labels`).catch(() => null)
  if (!response?.ok || !response.body) throw new Error('The labels cannot be loaded. Try again in a moment.')
  const bytes = await new Response(response.body.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer()
  const { shape, volumes } = decodeRuns(new Uint8Array(bytes))
  const { x, y, z, t } = header.shape
  if (shape.join() !== [x, y, z, t].join()) throw new Error('The labels are those of another image.')
  return volumes
}

/** Labels as they are kept: runs, compressed. */
export async function packedLabels({ header, volumes }: Pick<Open, 'header' | 'volumes'>): Promise<Blob> {
  const { x, y, z, t } = header.shape
  const runs = encodeRuns([x, y, z, t], volumes)
  return new Response(new Blob([runs]).stream().pipeThrough(new CompressionStream('gzip'))).blob()
}

/** @throws Error with a sentence for people */
export async function writeSegmentation(open: Open): Promise<KeptSegmentation> {
  const { label, segments, audience } = open
  const body = { label, segments, audience, method: 'manual' }
  const { kept } = open
  const written = kept
    ? await send<Segmentation>('PATCH', `/segmentations/${kept.id}`, body, { ifMatch: kept.version })
    : await send<Segmentation>('POST', '/segmentations', { ...body, seriesId: open.header.seriesId })
  const record = written.ok ? written.value : demand(written.problem)
  if (open.labels !== 'here') return { ...kept!, version: record.version }
  const response = await fetch(`/api/v1/segmentations/${record.id}/labels`, {
    method: 'PUT',
    headers: { 'content-type': 'application/gzip', 'if-match': `"${record.version}"`, accept: 'application/json' },
    body: await packedLabels(open),
  }).catch(() => null)
  if (!response) throw new Error('The server cannot be reached. Your labels stay on this page; try again in a moment.')
  const answer = (await response.json()) as Segmentation & Problem
  if (!response.ok) demand(answer)
  return { id: record.id, version: answer.version, author: answer.author, mayRead: true }
}

export async function deleteSegmentation({ id, version }: KeptSegmentation): Promise<void> {
  const sent = await send('DELETE', `/segmentations/${id}`, undefined, { ifMatch: version })
  if (!sent.ok) demand(sent.problem)
}
