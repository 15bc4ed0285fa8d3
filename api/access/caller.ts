/** Who is asking. Made once per request; rights are computed from it alone (access/rights.ts). */
export type Role = 'viewer' | 'editor' | 'owner'
export type SiteRole = 'user' | 'curator' | 'admin'
export const scopes = ['read', 'write', 'publish', 'admin'] as const
export type Scope = (typeof scopes)[number]

export interface Caller {
  kind: 'anonymous' | 'user' | 'token' | 'system'
  /** Null for anonymous callers and for the system. */
  userId: string | null
  name: string
  siteRole: SiteRole
  /** Role in each project; for a token only the projects that it may touch. */
  projects: ReadonlyMap<string, Role>
  /** What a token was made for; a person at the keyboard has all. */
  scopes: ReadonlySet<Scope>
  /** True when a token is limited to its projects, whatever the site role of its owner. */
  limited: boolean
}

export const anonymous: Caller = {
  kind: 'anonymous',
  userId: null,
  name: 'anonymous',
  siteRole: 'user',
  projects: new Map(),
  scopes: new Set(['read']),
  limited: false,
}

/** The product itself: jobs, the demo facility, the command line. */
export const system: Caller = {
  kind: 'system',
  userId: null,
  name: 'Vivarchive',
  siteRole: 'admin',
  projects: new Map(),
  scopes: new Set(scopes),
  limited: false,
}

/** May do what an administrator of the site may do. */
export const isAdmin = (caller: Caller): boolean =>
  caller.siteRole === 'admin' && !caller.limited && (caller.kind !== 'token' || caller.scopes.has('admin'))
/** May judge what is sent to the registry. */
export const isCurator = (caller: Caller): boolean =>
  isAdmin(caller) || (caller.siteRole === 'curator' && !caller.limited && caller.scopes.has('publish'))
