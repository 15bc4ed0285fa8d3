/** What the studies of the demo facility refer to: organizations, people, instruments, agents and projects. */
import { system } from '#api/access/caller.ts'
import type { Caller } from '#api/access/caller.ts'
import type { Context } from '#api/context.ts'
import { recordModel } from '#api/db/recordModels.ts'
import { setMember } from '#api/modules/projects/service.ts'
import { createRecord } from '#api/records/write.ts'
import { Agent } from '#ontology/entities/agent.ts'
import { Instrument } from '#ontology/entities/instrument.ts'
import { Organization } from '#ontology/entities/organization.ts'
import { Person } from '#ontology/entities/person.ts'
import { Project } from '#ontology/entities/project.ts'
import type { Entity } from '#ontology/entity.ts'
import { agentSeeds } from '#ontology/terms.ts'
import { callerNamed } from './accounts.ts'
import { accounts, instruments, organizations, people, projects } from './content/facility.ts'
import type { OrganizationKey } from './content/facility.ts'
import type { DemoStudy, PersonKey, ProjectKey } from './content/types.ts'

/** Identifiers of the records by the names that the descriptions use. */
export interface Catalogue {
  people: ReadonlyMap<PersonKey, string>
  instruments: ReadonlyMap<string, string>
  agents: ReadonlyMap<string, string>
  projects: ReadonlyMap<ProjectKey, string>
  /** What files say of an instrument. */
  headers: ReadonlyMap<
    string,
    { manufacturer: string; model: string; serialNumber?: string; softwareVersion?: string; institution: string }
  >
}

/** Who runs a project: the editor owns two of them, the third belongs to the other laboratory. */
export const ownerOf = (project: ProjectKey): Promise<Caller> =>
  callerNamed(project === 'PSMA' ? 'admin@demo.test' : 'editor@demo.test')

/** The record with this label, made when there is none; so an interrupted start can go on. */
async function ensure(ctx: Context, caller: Caller, entity: Entity, body: Record<string, unknown>): Promise<string> {
  const where = { [entity.label]: body[entity.label], deletedAt: null } as never
  const held = await recordModel(entity).findOne({ attributes: ['id'], where })
  return held?.id ?? (await createRecord(ctx, caller, entity, body)).id
}

export async function ensureCatalogue(ctx: Context, studies: readonly DemoStudy[]): Promise<Catalogue> {
  const organizationIds = new Map<OrganizationKey, string>()
  for (const [key, body] of Object.entries(organizations)) {
    organizationIds.set(key as OrganizationKey, await ensure(ctx, system, Organization, body))
  }
  const personIds = new Map<PersonKey, string>()
  for (const [key, { organization, ...person }] of Object.entries(people)) {
    const body = { ...person, affiliationId: organizationIds.get(organization) }
    personIds.set(key as PersonKey, await ensure(ctx, system, Person, body))
  }
  const instrumentIds = new Map<string, string>()
  const headers = new Map<string, Catalogue['headers'] extends ReadonlyMap<string, infer H> ? H : never>()
  for (const { organization, modalities, location, ...device } of instruments) {
    const { name, ...header } = device
    const body = { ...device, modalities, location, organizationId: organizationIds.get(organization) }
    instrumentIds.set(name, await ensure(ctx, system, Instrument, body))
    headers.set(name, { ...header, institution: organizations[organization].name })
  }
  return {
    people: personIds,
    instruments: instrumentIds,
    headers,
    agents: await ensureAgents(ctx, studies),
    projects: await ensureProjects(ctx, personIds, organizationIds),
  }
}

async function ensureAgents(ctx: Context, studies: readonly DemoStudy[]): Promise<Map<string, string>> {
  const named = new Set(
    studies
      .flatMap((study) => [...study.events, ...study.visits.flatMap((visit) => visit.events)])
      .flatMap((event) => event.agent ?? []),
  )
  const ids = new Map<string, string>()
  for (const name of named) {
    const seed = agentSeeds.find((agent) => agent.name === name)
    if (!seed) throw new Error(`the catalogue of agents has no "${name}"`)
    ids.set(name, await ensure(ctx, system, Agent, { ...seed }))
  }
  return ids
}

async function ensureProjects(
  ctx: Context,
  personIds: ReadonlyMap<PersonKey, string>,
  organizationIds: ReadonlyMap<OrganizationKey, string>,
): Promise<Map<ProjectKey, string>> {
  const ids = new Map<ProjectKey, string>()
  for (const [name, { body, investigator, organization }] of Object.entries(projects)) {
    const key = name as ProjectKey
    const owner = await ownerOf(key)
    const references = {
      principalInvestigatorId: personIds.get(investigator),
      organizationId: organizationIds.get(organization),
    }
    const id = await ensure(ctx, owner, Project, { ...body, ...references })
    ids.set(key, id)
    for (const { email, roles } of accounts) {
      const role = (roles as Partial<Record<ProjectKey, 'owner' | 'editor' | 'viewer'>>)[key]
      if (role && role !== 'owner') await setMember(ctx, await ownerOf(key), id, email, role)
    }
  }
  return ids
}
