/** Names of the processes that work on jobs, and whether one of them is known to be gone. */
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'

/** Workers of this very process: tests run several. */
const alive = new Set<string>()

/** A new worker's name, "host:pid:random"; at most 64 characters. */
export function newOwner(): string {
  const owner = `${hostname().slice(0, 36)}:${process.pid}:${randomBytes(6).toString('hex')}`
  alive.add(owner)
  return owner
}

export const retireOwner = (owner: string): void => void alive.delete(owner)

/** True when the owner was a process of this machine that has ended; false when it lives or cannot be known. */
export function isGone(owner: string): boolean {
  const [host, pid] = owner.split(':')
  if (alive.has(owner) || host !== hostname().slice(0, 36)) return false
  if (Number(pid) === process.pid) return true // an earlier process had the same number, as in a restarted container
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
