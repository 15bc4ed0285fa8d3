import type { GroupMember } from '../../format.ts'
import type { DataSet } from './dataSet.ts'

/** A bed has no more places; a longer list is a mistake of the file. */
const mostMembers = 32

/**
 * The subjects of an image that shows several (Group of Patients Identification Sequence, PS3.3 C.7.1.4). The Patient ID of
 * the image names the group then. None when the header names fewer than two.
 */
export function groupOf(data: DataSet): GroupMember[] {
  const members = data.items(0x00100027).flatMap((item): GroupMember[] => {
    const localId = item.string(0x00100020)
    if (localId === undefined) return []
    const place = item.vector(0x00100028, 3, 'US')
    const position = item.string(0x00185100)
    return [
      {
        localId,
        ...(place && { place: place as [number, number, number] }),
        ...(position !== undefined && { position }),
        evidence: 'GroupOfPatientsIdentificationSequence (0010,0027)',
      },
    ]
  })
  return members.length > 1 && members.length <= mostMembers ? members : []
}
