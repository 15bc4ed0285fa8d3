/** What the visitor may do in a project, asked of the API with each page: a project made a moment ago counts too. */
import type { Me, ProjectRole } from '../contract.ts'
import type { Reader } from './readAll.ts'

export interface Rights {
  /** Null for visitors and for administrators who are no members. */
  role: ProjectRole | null
  mayEdit: boolean
  /** Members, and sending to the registry without a curator. */
  mayManage: boolean
}

export async function rightsIn(api: Reader, projectIds: readonly string[]): Promise<Rights> {
  const { user, projects } = await api.get<Me>('/me')
  const roles = projects.filter(({ projectId }) => projectIds.includes(projectId)).map(({ role }) => role)
  const admin = user?.siteRole === 'admin'
  const role = (['owner', 'editor', 'viewer'] as const).find((one) => roles.includes(one)) ?? null
  return {
    role,
    mayEdit: admin || role === 'editor' || role === 'owner',
    mayManage: admin || role === 'owner',
  }
}

/** How many people see the project; null for a visitor, who may not know. */
export async function memberCount(api: Reader, projectId: string): Promise<number | null> {
  const { user } = await api.get<Me>('/me')
  if (!user) return null
  return (await api.get<{ items: unknown[] }>(`/projects/${projectId}/members`)).items.length
}
