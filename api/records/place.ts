/** Where a record belongs and who may put or change it there. */
import type { Transaction } from 'sequelize'
import type { Caller } from '#api/access/caller.ts'
import { can, demand, demandCatalogue, demandCurator, demandUser } from '#api/access/rights.ts'
import { linkModel, type RecordRow } from '#api/db/recordModels.ts'
import { AppError } from '#api/errors.ts'
import type { Entity } from '#ontology/entity.ts'
import { entityNamed, findRow } from './read.ts'

type Body = Record<string, unknown>

/** Where a record belongs: the ids that follow from its parent. Also guards that the caller may put it there. */
export async function placeOf(
  caller: Caller,
  entity: Entity,
  body: Body,
  t: Transaction,
  row?: RecordRow,
): Promise<Body> {
  switch (entity.name) {
    case 'Project':
      if (!row) {
        demandUser(caller.kind === 'system' ? { ...caller, userId: 'system' } : caller)
        if (!caller.scopes.has('write') || caller.limited)
          throw new AppError('forbidden', 'This token was not made for making projects.')
      }
      return {}
    case 'Study':
      demandIn(caller, body.projectId as string, '/projectId')
      return {}
    case 'Subject':
      return subjectPlace(caller, body, t, row)
    case 'ImagingSession':
    case 'Enrolment': {
      const study = await parentRow(caller, 'Study', body.studyId as string, '/studyId', t)
      return { projectId: study.get('projectId') }
    }
    case 'ImageSeries': {
      const session = await parentRow(caller, 'ImagingSession', body.sessionId as string, '/sessionId', t)
      return { projectId: session.get('projectId'), studyId: session.get('studyId') }
    }
    case 'Annotation':
    case 'Segmentation': {
      // What a person keeps for themselves needs no more than that they see the image.
      const verb = body.audience === 'me' ? 'read' : 'edit'
      const series = await parentRow(caller, 'ImageSeries', body.seriesId as string, '/seriesId', t, verb)
      return { sessionId: series.get('sessionId'), studyId: series.get('studyId'), projectId: series.get('projectId') }
    }
    case 'Event':
      demandIn(caller, body.projectId as string, '/projectId')
      return {}
    case 'Concept':
      demandCurator(caller)
      return {}
    default:
      demandCatalogue(caller, row)
      return {}
  }
}

function demandIn(caller: Caller, projectId: string, pointer: string): void {
  if (caller.kind !== 'anonymous' && !can(caller, 'read', projectId)) {
    const message = `There is no project ${projectId} that you may use.`
    throw new AppError('invalid', message, { fields: [{ pointer, message, value: projectId }] })
  }
  demand(caller, 'edit', projectId)
}

/** Guards a write; 'read' is for what is kept by the caller alone, which still is a write of somebody who signed in. */
function demandKept(caller: Caller, verb: 'edit' | 'read', projectId: string): void {
  if (verb === 'edit') return demand(caller, 'edit', projectId)
  demandUser(caller)
  demand(caller, 'read', projectId)
  if (!caller.scopes.has('write'))
    throw new AppError('forbidden', 'This token was not made for that: it has no "write" scope.')
}

async function parentRow(
  caller: Caller,
  name: string,
  id: string,
  pointer: string,
  t: Transaction,
  verb: 'edit' | 'read' = 'edit',
): Promise<RecordRow> {
  let row: RecordRow
  try {
    row = await findRow(caller, entityNamed(name), id, t)
  } catch (error) {
    if (caller.kind === 'anonymous' || !(error instanceof AppError)) demand(caller, 'edit', '')
    const message = `There is no ${entityNamed(name).title.toLowerCase()} ${id} that you may use.`
    throw new AppError('invalid', message, { fields: [{ pointer, message, value: id }] })
  }
  demandKept(caller, verb, row.get('projectId') as string)
  return row
}

/** A subject lives in at least one project; its links to projects that the caller cannot see stay untouched. */
async function subjectPlace(caller: Caller, body: Body, t: Transaction, row?: RecordRow): Promise<Body> {
  const wanted = (body.projectIds as string[] | undefined) ?? []
  const held = row ? await linkedProjects(row.id, t) : []
  if (wanted.length === 0 && held.every((id) => can(caller, 'read', id))) {
    const message = 'A subject belongs to at least one project.'
    throw new AppError('invalid', message, { fields: [{ pointer: '/projectIds', message }] })
  }
  for (const id of wanted) if (!held.includes(id)) demandIn(caller, id, '/projectIds')
  for (const id of held) if (!wanted.includes(id) && can(caller, 'read', id)) demand(caller, 'edit', id)
  return {}
}

const linkedProjects = async (subjectId: string, t: Transaction): Promise<string[]> =>
  (await linkModel('project_subjects').findAll({ where: { subjectId }, transaction: t })).map(
    (r) => r.get('projectId') as string,
  )

export async function getLinksForPlace(entity: Entity, id: string, t: Transaction): Promise<Body> {
  return entity.name === 'Subject' ? { projectIds: await linkedProjects(id, t) } : {}
}

/** Whether the caller may change this row at all. */
export async function demandEdit(
  caller: Caller,
  entity: Entity,
  row: RecordRow,
  t: Transaction,
  verb: 'edit' | 'manage' = 'edit',
): Promise<void> {
  if (entity.name === 'Concept') return demandCurator(caller)
  if (entity.scope === 'catalogue') return demandCatalogue(caller, row)
  if (entity.name === 'Project') return demand(caller, verb, row.id)
  if (isMarkup(entity) && row.get('audience' as never) === 'me' && row.createdBy === caller.userId)
    return demandKept(caller, 'read', row.get('projectId') as string)
  if (entity.name !== 'Subject') return demand(caller, verb, row.get('projectId') as string)
  const projects = await linkedProjects(row.id, t)
  if (projects.some((id) => can(caller, 'edit', id))) return
  demand(caller, 'edit', projects.find((id) => can(caller, 'read', id)) ?? '')
}

/** What people draw on images: it may be theirs alone. */
const isMarkup = (entity: Entity): boolean => entity.name === 'Annotation' || entity.name === 'Segmentation'
