/** What a dataset says of itself: title, people, licence and the facts of its series. */
import type { Transaction } from 'sequelize'
import type { Caller } from '#api/access/caller.ts'
import { invalidField } from '#api/errors.ts'
import { entityNamed, getRecords, type Rec } from '#api/records/read.ts'
import type { Dataset } from '#ontology/entities/dataset.ts'
import { modalities } from '#ontology/modalities.ts'
import type { Gathered } from './snapshot.ts'

/** What a person may say of a dataset; the rest is taken from the project and the study. */
export interface Description {
  title?: string
  description?: string
  licence?: string
  creators?: string[]
  keywords?: string[]
}

/** What the row keeps in its JSON body. */
export interface DatasetBody {
  description?: string
  licence?: string
  creators: Dataset['creators']
  keywords: string[]
  seriesIds: string[]
  reason?: string
  /** Asked for when it was sent; kept until it is accepted. */
  embargoUntil?: string
  facts: Pick<
    Dataset,
    | 'projectTitle'
    | 'studyTitle'
    | 'seriesCount'
    | 'fileCount'
    | 'byteCount'
    | 'modalities'
    | 'species'
    | 'coverSeriesIds'
  >
}

/**
 * The body of a dataset of these series.
 * @throws AppError invalid for a creator whom nobody knows
 */
export async function bodyOf(
  caller: Caller,
  given: Description,
  seriesIds: string[],
  gathered: Gathered,
  t: Transaction,
): Promise<DatasetBody> {
  const project = gathered.get('Project')?.[0] as Rec
  const study = gathered.get('Study')?.[0] as Rec
  const personIds = given.creators ?? [project.principalInvestigatorId as string].filter(Boolean)
  const people = await getRecords(caller, entityNamed('Person'), personIds, t)
  const unknown = personIds.find((id) => !people.some((p) => p.id === id))
  if (unknown !== undefined) throw invalidField('/creators', `There is no person ${unknown}.`, unknown)
  const organizations = await getRecords(
    caller,
    entityNamed('Organization'),
    people.map((p) => p.affiliationId as string).filter(Boolean),
    t,
  )
  const description =
    given.description ?? (study.description as string | undefined) ?? (project.description as string | undefined)
  const licence = given.licence ?? (project.licence as string | undefined)
  return {
    ...(description && { description }),
    ...(licence && { licence }),
    creators: personIds.flatMap((id) => {
      const p = people.find((x) => x.id === id) as Rec
      const affiliation = organizations.find((o) => o.id === p.affiliationId)?.name as string | undefined
      return {
        name: `${String(p.givenName)} ${String(p.familyName)}`,
        givenName: String(p.givenName),
        familyName: String(p.familyName),
        ...(p.orcid !== undefined && { orcid: String(p.orcid) }),
        ...(affiliation && { affiliation }),
      }
    }),
    keywords: given.keywords ?? ((project.keywords as { label: string }[] | undefined) ?? []).map((k) => k.label),
    seriesIds,
    facts: factsOf(gathered),
  }
}

export function factsOf(gathered: Gathered): DatasetBody['facts'] {
  const series = gathered.get('ImageSeries') ?? []
  const files = gathered.get('File') ?? []
  const distinct = (values: (string | undefined)[]) => [...new Set(values.filter((v) => v !== undefined))].toSorted()
  return {
    projectTitle: String(gathered.get('Project')?.[0]?.title ?? ''),
    studyTitle: (gathered.get('Study') ?? [])
      .map((s) => String(s.title))
      .join('; ')
      .slice(0, 500),
    seriesCount: series.length,
    fileCount: files.length,
    byteCount: files.reduce((sum, f) => sum + Number(f.byteCount), 0),
    modalities: distinct(series.map((s) => modalities[s.modality as keyof typeof modalities])),
    species: distinct((gathered.get('Subject') ?? []).map((s) => (s.species as { label: string } | undefined)?.label)),
    coverSeriesIds: series
      .filter((s) => s.pixels === 'ready')
      .slice(0, 4)
      .map((s) => s.id),
  }
}
