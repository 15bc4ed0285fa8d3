/** The BIDS tables of a study as a zip, from the records that the caller may see. */
import { buffer } from 'node:stream/consumers'
import { ZipFile } from 'yazl'
import type { Caller } from '#api/access/caller.ts'
import { bidsTables } from '#api/exports/bidsTables.ts'
import { entityNamed, getRecords } from '#api/records/read.ts'
import type { Person } from '#ontology/entities/person.ts'
import { toldOf } from './report.ts'

export async function bidsZip(caller: Caller, studyId: string): Promise<Buffer> {
  const told = await toldOf(caller, 'studies', studyId)
  const authors = [
    ...told.projects.map(({ principalInvestigatorId }) => principalInvestigatorId),
    ...told.studies.map(({ contactId }) => contactId),
  ].filter((id) => id !== undefined)
  const people = (await getRecords(caller, entityNamed('Person'), authors)) as unknown as Person[]
  const zip = new ZipFile()
  for (const [path, text] of bidsTables({ ...told, people })) zip.addBuffer(Buffer.from(text), path)
  zip.end()
  return buffer(zip.outputStream)
}
