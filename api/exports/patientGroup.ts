/**
 * Several animals in one scan, as DICOM says it (PS3.3 C.7.1.1): the scan lists them with their places (Group of Patients
 * Identification Sequence), the image of one of them names the group that it was taken from.
 */
import { placesOf } from '#imaging/geometry/places.ts'
import type { Part } from '#imaging/geometry/cropped.ts'
import type { DicomAttributes } from '#imaging/write/dicomMetadata.ts'
import type { ImageSeries } from '#ontology/entities/series.ts'
import type { ImagingSession } from '#ontology/entities/session.ts'
import type { Subject } from '#ontology/entities/subject.ts'

type Placement = NonNullable<ImagingSession['placements']>[number]

/** Patient ID of a group: a long string has at most 64 characters (PS3.5 6.2). */
export const groupId = (subjects: readonly Subject[]): string => {
  const names = subjects.map(({ localId }) => localId).toSorted()
  const joined = names.join('+')
  return joined.length <= 64 ? joined : `${names[0]!.slice(0, 48)} and ${names.length - 1} more`
}

/** Patient Position (0018,5100): head or feet first, and what the animal lies on; absent when one of both is not known. */
export function patientPosition(placement: Placement | undefined): string | undefined {
  const side = { prone: 'P', supine: 'S', left: 'DL', right: 'DR' }
  if (!placement?.posture || !placement.entry) return undefined
  return `${placement.entry === 'head first' ? 'HF' : 'FF'}${side[placement.posture]}`
}

/**
 * @param series   of several subjects
 * @param parts    series of one of them each, made from it
 * @param subjects of the series
 */
export function groupAttributes(
  session: ImagingSession | undefined,
  parts: readonly ImageSeries[],
  subjects: readonly Subject[],
): DicomAttributes {
  const places = placesOf(parts.map(({ sourceBox }) => sourceBox as unknown as Part))
  const items = subjects.map(({ id, localId }) => {
    const placement = session?.placements?.find(({ subjectId }) => subjectId === id)
    const boxed = parts.findIndex(({ subjectIds }) => subjectIds?.includes(id))
    const place = boxed >= 0 ? places[boxed] : placement?.position
    const position = patientPosition(placement)
    return {
      PatientID: localId.slice(0, 64),
      ...(place && { SubjectRelativePositionInImage: [...place] }),
      ...(position && { PatientPosition: position }),
    }
  })
  return { GroupOfPatientsIdentificationSequence: items }
}

/** Of the image of one animal: the scan that it was taken from. */
export const sourceGroupAttributes = (subjects: readonly Subject[]): DicomAttributes => ({
  SourcePatientGroupIdentificationSequence: [{ PatientID: groupId(subjects) }],
})
