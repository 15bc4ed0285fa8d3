/**
 * Who may see and do what; the only place that knows. `visible` is a scope that every query carries; what it leaves out
 * does not exist for the caller. `demand` guards writes.
 */
import { Op, Sequelize, type WhereOptions } from 'sequelize'
import { AppError, notFound } from '#api/errors.ts'
import { isAdmin, isCurator, type Caller, type Role } from './caller.ts'

export type Verb = 'read' | 'edit' | 'publish' | 'manage'

const rank: Record<Role, number> = { viewer: 1, editor: 2, owner: 3 }
const needed: Record<Verb, { role: Role; scope: 'read' | 'write' | 'publish' }> = {
  read: { role: 'viewer', scope: 'read' },
  edit: { role: 'editor', scope: 'write' },
  publish: { role: 'owner', scope: 'publish' },
  manage: { role: 'owner', scope: 'write' },
}

const everything: WhereOptions = {}
/** A condition that no row meets, on both databases. */
const nothing: WhereOptions = { id: { [Op.in]: [] } }

/** Projects whose rows the caller may read; 'all' for administrators. */
export function readableProjects(caller: Caller): string[] | 'all' {
  if (!caller.scopes.has('read')) return []
  return isAdmin(caller) ? 'all' : [...caller.projects.keys()]
}

/** Datasets that harvesters get: what is open, and what was withdrawn. What is under embargo waits. */
export const harvested: WhereOptions = { state: { [Op.in]: ['published', 'withdrawn'] } }

/** Which rows of an entity the caller may read. */
export function visible(caller: Caller, entity: string): WhereOptions {
  const projects = readableProjects(caller)
  switch (entity) {
    case 'Agent':
    case 'Instrument':
    case 'Person':
    case 'Organization':
    case 'Concept':
      return caller.kind === 'anonymous' || !caller.scopes.has('read') ? nothing : everything
    case 'Dataset': {
      // Of embargoed datasets everybody sees the metadata; their bytes are kept by access/bytes.ts.
      const published = {
        [Op.or]: [harvested, { embargoUntil: { [Op.ne]: null } }],
      }
      if (projects === 'all') return everything
      if (isCurator(caller))
        return { [Op.or]: [published, { state: 'submitted' }, { projectId: { [Op.in]: projects } }] }
      return { [Op.or]: [published, { projectId: { [Op.in]: projects } }] }
    }
    case 'User':
    case 'AuditEntry':
      return isAdmin(caller) ? everything : nothing
    case 'Project':
      return projects === 'all' ? everything : { id: { [Op.in]: projects } }
    case 'Subject':
      return projects === 'all' ? everything : { id: { [Op.in]: idsLinkedTo(projects) } }
    case 'Import':
    case 'Study':
    case 'ImagingSession':
    case 'ImageSeries':
    case 'File':
    case 'Enrolment':
    case 'Event':
      return projects === 'all' ? everything : { projectId: { [Op.in]: projects } }
    case 'Annotation':
    case 'Segmentation': {
      if (projects === 'all') return everything
      const shared = { [Op.or]: [{ audience: { [Op.ne]: 'me' } }, { createdBy: caller.userId }] }
      return caller.userId === null ? nothing : { [Op.and]: [{ projectId: { [Op.in]: projects } }, shared] }
    }
    default:
      throw new Error(`${entity} has no rule in api/access`)
  }
}

/** Subjects of projects that are there, as a subquery. Project ids are ULIDs from our own tables; anything else is refused. */
function idsLinkedTo(projects: string[]) {
  if (projects.length === 0) return []
  if (projects.some((id) => !/^[0-9A-Z]{26}$/.test(id))) throw new Error('a project id is no ULID')
  return Sequelize.literal(
    `(SELECT subject_id FROM project_subjects JOIN projects ON projects.id = project_id
      WHERE project_id IN (${projects.map((id) => `'${id}'`).join(',')}) AND projects.deleted_at IS NULL)`,
  )
}

/** Whether the caller may do this in a project. */
export function can(caller: Caller, verb: Verb, projectId: string): boolean {
  const { role, scope } = needed[verb]
  if (!caller.scopes.has(scope)) return false
  if (isAdmin(caller)) return true
  const own = caller.projects.get(projectId)
  return own !== undefined && rank[own] >= rank[role]
}

/**
 * Guards a write.
 * @throws AppError notFound when the caller may not even see the project, forbidden when they see it but may not do this
 */
export function demand(caller: Caller, verb: Verb, projectId: string): void {
  if (can(caller, verb, projectId)) return
  if (caller.kind === 'anonymous') throw new AppError('signInNeeded', 'Please sign in first.')
  if (!can(caller, 'read', projectId)) throw notFound('project', projectId)
  const { role, scope } = needed[verb]
  throw new AppError(
    'forbidden',
    caller.scopes.has(scope)
      ? `This needs the role "${role}" in the project; yours is "${caller.projects.get(projectId)}". Ask an owner of the project.`
      : `This token was not made for that: it has no "${scope}" scope.`,
  )
}

/** Catalogue entries: everybody who signed in may add; curators and the one who added an entry may change it. */
export function demandCatalogue(caller: Caller, row?: { createdBy: string | null }): void {
  if (caller.kind === 'anonymous') throw new AppError('signInNeeded', 'Please sign in first.')
  if (!caller.scopes.has('write'))
    throw new AppError('forbidden', 'This token was not made for that: it has no "write" scope.')
  if (caller.limited)
    throw new AppError('forbidden', 'A token that is limited to projects cannot change the shared catalogue.')
  if (
    !row ||
    isAdmin(caller) ||
    caller.siteRole === 'curator' ||
    (row.createdBy !== null && row.createdBy === caller.userId)
  )
    return
  throw new AppError('forbidden', 'Only a curator or the person who added this entry may change it.')
}

/** Term lists are the site's own: curators keep them. */
export function demandCurator(caller: Caller): void {
  demandCatalogue(caller)
  if (isCurator(caller) || isAdmin(caller)) return
  throw new AppError('forbidden', 'Only a curator may change the term lists. Enter the term as text meanwhile.')
}

/** @throws AppError unless the caller administers the site */
export function demandAdmin(caller: Caller): void {
  if (caller.kind === 'anonymous') throw new AppError('signInNeeded', 'Please sign in first.')
  if (!isAdmin(caller)) throw new AppError('forbidden', 'This is for administrators of the site.')
}

/** @throws AppError unless the caller is a person or a token of one */
export function demandUser(caller: Caller): string {
  if (caller.userId === null) throw new AppError('signInNeeded', 'Please sign in first.')
  return caller.userId
}
