/** What the study and its project have already, for matching. */
import { Op } from 'sequelize'
import { linkModel, recordModel, type RecordRow } from '#api/db/recordModels.ts'
import type { PlanInput } from '#api/ingest/buildPlan.ts'
import type { KnownAgent, KnownEvent } from '#api/ingest/proposeEvents.ts'
import { Agent } from '#ontology/entities/agent.ts'
import { Event, type Event as EventRecord } from '#ontology/entities/event.ts'
import { File } from '#ontology/entities/file.ts'
import { ImageSeries } from '#ontology/entities/series.ts'
import { ImagingSession } from '#ontology/entities/session.ts'
import { Instrument } from '#ontology/entities/instrument.ts'
import { Subject } from '#ontology/entities/subject.ts'
import type { Quantity } from '#ontology/values.ts'
import type { Import } from './model.ts'
import type { StoredImportFile } from './storedFiles.ts'

const some = 500

/** Subjects of the project, sessions of the study, all instruments, and which of the files the study has already. */
export async function knownThings(
  row: Pick<Import, 'studyId' | 'projectId'>,
  files: readonly Pick<StoredImportFile, 'path' | 'sha256'>[],
): Promise<Pick<PlanInput, 'subjects' | 'instruments' | 'sessions' | 'stored' | 'recorded'>> {
  const alive = { deletedAt: null }
  const links = await linkModel('project_subjects').findAll({ where: { projectId: row.projectId } })
  const ids = links.map((link) => link.get('subjectId') as string)
  const subjects: RecordRow[] = []
  for (let i = 0; i < ids.length; i += some) {
    const where = { id: { [Op.in]: ids.slice(i, i + some) }, ...alive }
    subjects.push(...(await recordModel(Subject).findAll({ attributes: ['id', 'localId'], where })))
  }
  const instruments = await recordModel(Instrument).findAll({ where: alive })
  const sessions = await recordModel(ImagingSession).findAll({ where: { studyId: row.studyId, ...alive } as never })
  return {
    subjects: subjects.map((subject) => ({ id: subject.id, localId: subject.get('localId' as never) as string })),
    instruments: instruments.map(({ id, body, ...instrument }) => ({
      id,
      name: String((instrument as unknown as { name: string }).name),
      manufacturer: String(body.manufacturer ?? ''),
      model: String(body.model ?? ''),
      serialNumber: body.serialNumber as string | undefined,
    })),
    sessions: sessions.map((session) => ({
      id: session.id,
      label: session.get('label' as never) as string,
      dicomStudyUid: session.body.dicomStudyUid as string | undefined,
    })),
    stored: await storedTwins(row.studyId, files),
    recorded: { agents: await knownAgents(), events: await knownEvents(row.projectId) },
  }
}

/** Files of the import whose bytes are in a series of the study already, by path. */
async function storedTwins(
  studyId: string,
  files: readonly Pick<StoredImportFile, 'path' | 'sha256'>[],
): Promise<PlanInput['stored']> {
  const bySha = new Map<string, Set<string>>()
  for (let i = 0; i < files.length; i += some) {
    const hashes = files.slice(i, i + some).map((file) => file.sha256)
    const where = { studyId, role: 'image', deletedAt: null, sha256: { [Op.in]: hashes } } as never
    for (const row of await recordModel(File).findAll({ attributes: ['sha256', 'seriesId'], where })) {
      const sha256 = row.get('sha256' as never) as string
      bySha.set(sha256, (bySha.get(sha256) ?? new Set()).add(row.get('seriesId' as never) as string))
    }
  }
  const ids = [...new Set([...bySha.values()].flatMap((series) => [...series]))]
  const series = await recordModel(ImageSeries).findAll({
    attributes: ['id', 'label', 'body'],
    where: { id: { [Op.in]: ids }, deletedAt: null },
  })
  const twins = new Map(
    series.map((each) => {
      const label = each.get('label' as never) as string
      return [each.id, { seriesId: each.id, label, part: each.body.part as string | undefined }]
    }),
  )
  return new Map(
    files.flatMap(({ path, sha256 }) => {
      const found = [...(bySha.get(sha256) ?? [])].flatMap((seriesId) => {
        const twin = twins.get(seriesId)
        return twin ? [twin] : []
      })
      return found.length > 0 ? [[path, found] as const] : []
    }),
  )
}

async function knownAgents(): Promise<KnownAgent[]> {
  const rows = await recordModel(Agent).findAll({ where: { deletedAt: null } as never })
  return rows.map((row) => ({
    id: row.id,
    name: row.get('name' as never) as string,
    synonyms: (row.body.synonyms as string[] | undefined) ?? [],
  }))
}

/** Weights and agents that the project has recorded of its subjects. */
async function knownEvents(projectId: string): Promise<KnownEvent[]> {
  const kind = { [Op.in]: ['measurement', 'agentAdministration'] }
  const rows = await recordModel(Event).findAll({ where: { projectId, kind, deletedAt: null } as never })
  return rows.map((row) => {
    const { measurement, agentAdministration, start } = row.body as unknown as EventRecord
    const isWeight = measurement?.what === 'body weight'
    return {
      id: row.id,
      subjectId: row.get('subjectId' as never) as string,
      start: start.dateTime,
      grams: isWeight ? inUnit(measurement.value, { g: 1, kg: 1000, mg: 0.001 }) : undefined,
      agentId: agentAdministration?.agentId,
      megabecquerel: inUnit(agentAdministration?.activity, { MBq: 1, kBq: 1e-3, GBq: 1000, mCi: 37, uCi: 0.037 }),
    }
  })
}

/** In the unit that has the factor 1. */
function inUnit(quantity: Quantity | undefined, factors: Record<string, number>): number | undefined {
  const factor = quantity && factors[quantity.unit]
  return factor === undefined ? undefined : Number((quantity!.value * factor).toPrecision(9))
}
