/** How a subject lay in the bed, as the header of an image that shows several says it. */
import { table } from '#imaging/table.ts'
import type { GroupMember } from '#imaging/format.ts'
import type { PlannedSubject } from './plan.ts'

type Placement = NonNullable<PlannedSubject['placement']>

const entries = table<NonNullable<Placement['entry']>>({ HF: 'head first', FF: 'feet first' })
const postures = table<NonNullable<Placement['posture']>>({ P: 'prone', S: 'supine', DR: 'right', DL: 'left' })

/** Undefined when the header says neither how nor where. Positions are those of DICOM, PS3.3 C.7.3.1.1.2. */
export function placementOf({ position, place }: Pick<GroupMember, 'position' | 'place'>): Placement | undefined {
  const entry = entries[position?.slice(0, 2) ?? '']
  const posture = postures[position?.slice(2) ?? '']
  const isPlace = place?.every((n) => Number.isInteger(n) && n >= 1 && n <= 100)
  if (!entry && !posture && !isPlace) return undefined
  return { ...(entry && { entry }), ...(posture && { posture }), ...(isPlace && { position: [...place!] }) }
}
