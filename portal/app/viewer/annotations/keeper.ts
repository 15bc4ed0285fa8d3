/** Between drawings and the annotations of a series. */
import type { Annotation, AnnotationValue } from '#ontology/entities/annotation.ts'
import { axisLetters } from '#imaging/geometry/orientation.ts'
import { get, send } from '../../api.ts'
import { problemText } from '../../http.ts'
import type { SeriesHeader } from '../contract.ts'
import type { Vec3 } from '../geometry.ts'
import { annotationColours, type Drawn } from './drawn.ts'

/** The record of a drawing. */
export interface Kept {
  seriesId: string
  /** null once it is deleted, with the id that brings it back. */
  id: string
  version: number
  deleted: boolean
  author: string
}

export interface Keeper {
  /**
   * Makes the record be what the drawing is.
   * @param drawn null when it is gone
   * @throws Error with a sentence for people
   */
  keep(drawn: Drawn | null, kept: Kept | undefined): Promise<Kept | undefined>
}

/** Decimals of a micrometre are beyond every scanner. */
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6

/** @param valuesOf what is measured in a drawing now */
export function annotationKeeper(header: SeriesHeader, valuesOf: (drawn: Drawn) => AnnotationValue[]): Keeper {
  const write = async (...[method, path, body, options]: Parameters<typeof send>): Promise<Annotation> => {
    const sent = await send<Annotation>(method, path, body, options)
    if (sent.ok) return sent.value
    if (sent.problem.code === 'stale')
      throw new Error('Somebody changed it in the meantime. Load the page again to see it as it is now.')
    throw new Error(problemText(sent.problem))
  }
  const keptOf = (record: Annotation): Kept => ({
    seriesId: record.seriesId,
    id: record.id,
    version: record.version,
    deleted: false,
    author: record.author,
  })
  return {
    async keep(drawn, kept) {
      if (!drawn) {
        if (!kept || kept.deleted) return kept
        await write('DELETE', `/annotations/${kept.id}`, undefined, { ifMatch: kept.version })
        return { ...kept, deleted: true }
      }
      const body = bodyOf(drawn, header, valuesOf(drawn))
      if (!kept) return keptOf(await write('POST', '/annotations', body))
      const held = kept.deleted ? keptOf(await write('POST', `/annotations/${kept.id}/restore`, {})) : kept
      // What is optional and not there any more is emptied.
      const patch = { ...body, structure: body.structure ?? null, note: body.note ?? null }
      const { seriesId: _series, ...changes } = patch
      return keptOf(await write('PATCH', `/annotations/${held.id}`, changes, { ifMatch: held.version }))
    },
  }
}

function bodyOf(drawn: Drawn, header: SeriesHeader, values: AnnotationValue[]) {
  const axes = axisLetters(header)
  return {
    seriesId: drawn.seriesId,
    label: drawn.label,
    tool: drawn.tool,
    space: drawn.plane === null ? 'patient' : 'picture',
    points: drawn.points.map((point) => point.map(rounded)),
    time: drawn.time,
    channel: drawn.channel,
    ...(drawn.plane !== null && { plane: drawn.plane }),
    ...(drawn.plane === null && axes && { axisDirections: axes.join('') }),
    colour: drawn.colour,
    values: values.filter(({ value }) => Number.isFinite(value)),
    audience: drawn.audience,
    ...(drawn.structure && { structure: drawn.structure }),
    ...(drawn.note !== undefined && { note: drawn.note }),
  }
}

/** A record as a drawing; its key is the id of the record. */
export function drawnOf(record: Partial<Annotation> & Pick<Annotation, 'id' | 'seriesId'>): Drawn {
  return {
    key: record.id,
    seriesId: record.seriesId,
    tool: record.tool ?? 'probe',
    label: record.label ?? '',
    ...(record.structure && { structure: record.structure }),
    colour: record.colour ?? annotationColours[0],
    points: (record.points ?? []) as unknown as Vec3[],
    time: record.time ?? 0,
    channel: record.channel ?? 0,
    plane: record.plane ?? null,
    audience: record.audience ?? 'public',
    ...(record.note !== undefined && { note: record.note }),
  }
}

/** Whether a drawing lies where it was drawn: the directions of the axes may have been stated anew since. */
export function liesAsDrawn(record: Pick<Annotation, 'axisDirections'>, header: SeriesHeader): boolean {
  const axes = axisLetters(header)?.join('')
  return record.axisDirections === undefined || axes === undefined || record.axisDirections === axes
}

interface Page {
  items: Annotation[]
  next: string | null
}

/** All annotations of a series that this person may see; of a public series what was published with it. */
export async function readAnnotations(header: SeriesHeader, signal: AbortSignal): Promise<Annotation[]> {
  if (header.record === null) {
    const dataset = await get<{ snapshot: { annotations?: Annotation[] } }>(
      `/datasets/by-series/${header.seriesId}`,
      {},
      signal,
    ).catch(() => null)
    return (dataset?.snapshot.annotations ?? []).filter((one) => one.seriesId === header.seriesId)
  }
  const all: Annotation[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Page = await get<Page>('/annotations', { seriesId: header.seriesId, limit: 200, cursor }, signal)
    all.push(...page.items)
    cursor = page.next
  }
  return all
}
