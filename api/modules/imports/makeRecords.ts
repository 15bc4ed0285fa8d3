/** The records that a plan asks for; what exists already under the same name is used. */
import { Op } from 'sequelize'
import { linkModel, recordModel } from '#api/db/recordModels.ts'
import { AppError } from '#api/errors.ts'
import { normalisedName } from '#api/ingest/folderHints.ts'
import { newSubjects, subjectsOf } from '#api/ingest/matchSubject.ts'
import {
  typed,
  type NewInstrument,
  type NewSubject,
  type PlannedFact,
  type PlannedSeries,
  type PlannedSession,
  type PlannedSubject,
} from '#api/ingest/plan.ts'
import { whenStamp } from '#api/ingest/whenStamp.ts'
import { getRecord } from '#api/records/read.ts'
import { createRecord, updateRecord } from '#api/records/write.ts'
import { ImageSeries } from '#ontology/entities/series.ts'
import { ImagingSession } from '#ontology/entities/session.ts'
import { Instrument } from '#ontology/entities/instrument.ts'
import { Study } from '#ontology/entities/study.ts'
import { Subject } from '#ontology/entities/subject.ts'
import type { Entity } from '#ontology/entity.ts'
import { findTerms } from '#ontology/terms.ts'
import type { CodedTerm } from '#ontology/values.ts'
import { isReadable, type Work } from './carryOut.ts'

type Body = Record<string, unknown>

/** Makes one record; a refusal tells which one it was. */
export async function make({ ctx, caller, t }: Work, entity: Entity, body: Body, system?: Body): Promise<string> {
  try {
    return (await createRecord(ctx, caller, entity, body, { t, ...(system && { system }) })).id
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const name = String(body[entity.label] ?? '')
    throw new AppError(error.kind, `${entity.title} “${name}”: ${error.message}`, { fields: error.fields })
  }
}

/** A subject of a series, with its place in the bed. */
export interface MadeSubject extends Pick<PlannedSubject, 'placement'> {
  id: string
}

/** The subjects of each series by its key. New subjects are made once for each name, and join the study. */
export async function makeSubjects(work: Work, series: readonly PlannedSeries[]): Promise<Map<string, MadeSubject[]>> {
  const { row, created } = work
  const made = new Map<string, string>()
  for (const [localId, create] of newSubjects(series)) {
    let id = await subjectNamed(work, localId)
    if (id === null) created.subjectIds.push((id = await make(work, Subject, subjectBody(create, row.projectId))))
    made.set(localId, id)
  }
  const bySeries = new Map<string, MadeSubject[]>()
  for (const each of series) {
    const own = new Map<string, MadeSubject>()
    for (const { id, create, placement } of subjectsOf(each)) {
      const held = id ?? made.get(create!.localId)!
      if (!own.has(held)) own.set(held, { id: held, ...(placement && { placement }) })
    }
    bySeries.set(each.key, [...own.values()])
  }
  await joinStudy(work, idsOf(bySeries))
  return bySeries
}

/** Each subject once. */
export const idsOf = (bySeries: ReadonlyMap<string, readonly MadeSubject[]>): string[] => [
  ...new Set([...bySeries.values()].flatMap((own) => own.map(({ id }) => id))),
]

/** Somebody may have made the subject since the plan was made. */
async function subjectNamed({ row, t }: Work, localId: string): Promise<string | null> {
  const same = await recordModel(Subject).findAll({
    attributes: ['id'],
    where: { localId, deletedAt: null } as never,
    transaction: t,
  })
  const ids = same.map((subject) => subject.id)
  const where = { projectId: row.projectId, subjectId: { [Op.in]: ids } }
  const link = await linkModel('project_subjects').findOne({ where, transaction: t })
  return link ? (link.get('subjectId') as string) : null
}

function subjectBody(create: NewSubject, projectId: string): Body {
  const { localId, kind, species, strain, genotype, supplier, stockNumber, sex, neutered, birthDate, cellLine, model } =
    create
  const details: Record<NewSubject['kind'], Body> = {
    animal: {
      animal: {
        sex: sex ?? 'unknown',
        ...(neutered !== undefined && { neutered }),
        ...(strain && { strain: termOf('strains', strain) }),
        ...(genotype && { genotype }),
        ...(supplier && { supplier }),
        ...(stockNumber && { stockNumber }),
        ...(birthDate && { birthDate }),
      },
    },
    cellCulture: { cellCulture: { cellLine: termOf('cellLines', cellLine ?? '') } },
    specimen: {},
    phantom: { phantom: { model: model ?? localId } },
  }
  return {
    localId,
    kind,
    projectIds: [projectId],
    ...(species && { species: termOf('species', species) }),
    ...details[kind],
  }
}

/** The term of a list with this name or synonym, else the words as they stand. */
export function termOf(vocabulary: string, words: string): CodedTerm {
  const [found] = findTerms(vocabulary, words, 1)
  const names = found ? [found.label, ...(found.synonyms ?? [])] : []
  if (!found || !names.some((name) => normalisedName(name) === normalisedName(words))) return { label: words }
  return { label: found.label, ...(found.codings && { codings: found.codings }) }
}

async function joinStudy({ ctx, caller, row, t }: Work, subjectIds: readonly string[]): Promise<void> {
  const study = await getRecord(caller, Study, row.studyId, t)
  const held = (study.subjectIds as string[] | undefined) ?? []
  const all = [...new Set([...held, ...subjectIds])]
  if (all.length > held.length) await updateRecord(ctx, caller, Study, row.studyId, { subjectIds: all }, 'any', { t })
}

/** Instrument id by session key, for sessions that have one. */
export async function makeInstruments(
  work: Work,
  sessions: readonly PlannedSession[],
  series: readonly PlannedSeries[],
): Promise<Map<string, string>> {
  const bySession = new Map<string, string>()
  const made = new Map<string, string>()
  for (const { key, instrument } of sessions) {
    if (instrument.id) bySession.set(key, instrument.id)
    if (instrument.id || !instrument.create) continue
    const identity = JSON.stringify(instrument.create)
    let chosen = made.get(identity) ?? (await instrumentLike(work, instrument.create)) ?? undefined
    if (!chosen) {
      const modalities = new Set(
        series.flatMap((s) => (s.sessionKey === key && s.modality.value ? [s.modality.value] : [])),
      )
      const body = { ...instrument.create, ...(modalities.size > 0 && { modalities: [...modalities].slice(0, 10) }) }
      work.created.instrumentIds.push((chosen = await make(work, Instrument, body)))
    }
    made.set(identity, chosen)
    bySession.set(key, chosen)
  }
  return bySession
}

/** The same instrument, made by somebody else since the plan was made. */
async function instrumentLike(
  { t }: Work,
  { name, manufacturer, model, serialNumber }: NewInstrument,
): Promise<string | null> {
  const same = await recordModel(Instrument).findAll({ where: { name, deletedAt: null } as never, transaction: t })
  const found = same.find(
    ({ body }) => body.manufacturer === manufacturer && body.model === model && body.serialNumber === serialNumber,
  )
  return found?.id ?? null
}

/** Session id by session key. */
export async function makeSessions(
  work: Work,
  sessions: readonly PlannedSession[],
  around: {
    series: readonly PlannedSeries[]
    subjects: ReadonlyMap<string, readonly MadeSubject[]>
    instruments: ReadonlyMap<string, string>
  },
): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  for (const session of sessions) {
    if (session.existingId) {
      ids.set(session.key, session.existingId)
      continue
    }
    const own = around.series.filter((each) => each.sessionKey === session.key)
    const inBed = new Map<string, MadeSubject>()
    for (const one of own.flatMap((each) => around.subjects.get(each.key) ?? [])) {
      if (!inBed.get(one.id)?.placement) inBed.set(one.id, one)
    }
    const start = session.start.value === null ? null : whenStamp(session.start.value)
    const body = {
      studyId: work.row.studyId,
      label: session.label.value,
      start,
      instrumentId: around.instruments.get(session.key) ?? null,
      dicomStudyUid: session.dicomStudyUid ?? null,
      placements:
        inBed.size > 0 && inBed.size <= 32
          ? [...inBed.values()].map(({ id: subjectId, placement }) => ({ subjectId, ...placement }))
          : null,
      sources: sources([
        ['label', session.label.evidence],
        ['start', start && session.start.evidence],
        ['instrumentId', around.instruments.has(session.key) && session.instrument.evidence],
      ]),
    }
    const id = await make(work, ImagingSession, body)
    work.created.sessionIds.push(id)
    ids.set(session.key, id)
  }
  return ids
}

export function makeSeries(
  work: Work,
  series: PlannedSeries,
  sessionId: string,
  subjects: readonly MadeSubject[],
): Promise<string> {
  const facts = new Map(series.facts.map((fact) => [fact.key, fact]))
  const acquired = facts.get('series.acquiredAt')
  const acquiredAt = acquired ? whenStamp(String(acquired.value)) : null
  const bodyPart = text(facts.get('series.bodyPart'))
  const protocol = text(facts.get('series.protocol'))
  const uid = text(facts.get('series.uid'))
  const body = {
    sessionId,
    label: series.label.value,
    number: series.number ?? null,
    modality: series.modality.value,
    role: series.modality.value === 'SEG' ? 'segmentation' : 'reconstructed',
    subjectIds: subjects.length > 0 ? subjects.map(({ id }) => id) : null,
    acquiredAt,
    bodyPart: bodyPart ? termOf('anatomy', bodyPart) : null,
    protocol: protocol ?? null,
    decayCorrection: text(facts.get('series.decayCorrection')) ?? null,
    sources: sources([
      ['label', series.label.evidence],
      ['modality', series.modality.value && series.modality.evidence],
      ['subjectIds', subjects.length > 0 && series.subject.evidence],
      ['acquiredAt', acquiredAt && acquired?.evidence],
      ['bodyPart', bodyPart && facts.get('series.bodyPart')?.evidence],
      ['protocol', protocol && facts.get('series.protocol')?.evidence],
      ['decayCorrection', facts.get('series.decayCorrection')?.evidence],
    ]),
  }
  const readable = isReadable(series)
  return make(work, ImageSeries, body, {
    format: series.format,
    ...(series.part !== undefined && { part: series.part }),
    fileCount: series.fileCount,
    byteCount: series.byteCount,
    pixels: readable ? 'waiting' : 'failed',
    ...(!readable && { problem: series.problem?.message }),
    ...(uid && uid.length <= 64 && { dicomSeriesUid: uid }),
  })
}

const text = (fact: PlannedFact | undefined): string | undefined => {
  const words = fact === undefined || typeof fact.value === 'object' ? '' : String(fact.value).trim()
  return words === '' ? undefined : words.slice(0, 300)
}

/** Where values come from; what a person typed needs no source. */
export function sources(fields: [field: string, evidence: string | false | null | undefined][]): Body[] {
  return fields.flatMap(([field, evidence]) => {
    if (!evidence || evidence === typed) return []
    const source = /folder|file name|name of the (file|import)/.test(evidence) ? 'folder' : 'header'
    return [{ field, source, evidence: evidence.slice(0, 500) }]
  })
}
