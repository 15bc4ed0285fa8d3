/** What the signed-in person may do in a project. */
import { useRouteLoaderData } from 'react-router'
import type { Me, ProjectRole } from '../contract.ts'

export interface Rights {
  role: ProjectRole | null
  mayEdit: boolean
  /** Members, and sending to the registry without a curator. */
  mayManage: boolean
}

export function useRights(projectId: string): Rights {
  const me = useRouteLoaderData<{ me: Me }>('root')?.me
  const role = me?.projects.find((one) => one.projectId === projectId)?.role ?? null
  const admin = me?.user?.siteRole === 'admin'
  return {
    role,
    mayEdit: admin || role === 'editor' || role === 'owner',
    mayManage: admin || role === 'owner',
  }
}
