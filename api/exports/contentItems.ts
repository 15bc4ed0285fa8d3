/** Content items of a DICOM structured report from values of the record; what is not recorded gives no item. */
import type { Code } from '#imaging/write/dicomMetadata.ts'
import type { ContentItem } from '#imaging/write/structuredReport.ts'
import { dicomCode, type DicomCode } from '#ontology/dicomCodes.ts'
import type { CodedTerm, Quantity, WhenStamp } from '#ontology/values.ts'

export const code = ([value, scheme, meaning]: DicomCode): Code => ({ value, scheme, meaning })
export const dcm = (value: string, meaning: string): DicomCode => [value, 'DCM', meaning]
export const sct = (value: string, meaning: string): DicomCode => [value, 'SCT', meaning]

export const item = (
  name: DicomCode,
  value: ContentItem['value'],
  relationship: ContentItem['relationship'] = 'CONTAINS',
) => ({
  relationship,
  name: code(name),
  value,
})
export const coded = (name: DicomCode, value: DicomCode | undefined): ContentItem[] =>
  value === undefined ? [] : [item(name, { type: 'CODE', code: code(value) })]
export const text = (name: DicomCode, value: string | undefined): ContentItem[] =>
  value === undefined ? [] : [item(name, { type: 'TEXT', text: value })]
export const num = (name: DicomCode, quantity: Pick<Quantity, 'value' | 'unit'> | undefined): ContentItem[] =>
  quantity === undefined ? [] : [item(name, { type: 'NUM', number: quantity.value, unit: quantity.unit })]
export const count = (name: DicomCode, value: number | undefined, unit: string): ContentItem[] =>
  value === undefined ? [] : num(name, { value, unit })
export const yesNo = (name: DicomCode, value: boolean | undefined): ContentItem[] =>
  value === undefined ? [] : coded(name, value ? sct('373066001', 'Yes') : sct('373067005', 'No'))
export const moment = (name: DicomCode, stamp: WhenStamp | undefined): ContentItem[] =>
  stamp === undefined ? [] : [item(name, { type: 'DATETIME', dateTime: dateTimeOf(stamp) })]
/** A container, or nothing when it would be empty. */
export const container = (name: DicomCode, items: ContentItem[], template?: string): ContentItem[] =>
  items.length === 0 ? [] : [item(name, { type: 'CONTAINER', items, ...(template !== undefined && { template }) })]

/** DT with the offset of the place, as far as it is known (PS3.5 6.2). */
export function dateTimeOf({ dateTime, precision }: WhenStamp): string {
  const digits = dateTime.slice(0, 19).replaceAll(/[-:T]/g, '')
  // Seconds are written for minutes too: readers take an offset after whole seconds only.
  const known = precision === 'day' ? 8 : 14
  const zone = /(?:Z|[+-]\d{2}:\d{2})$/.exec(dateTime)?.[0] ?? ''
  if (precision === 'day') return digits.slice(0, known)
  return digits.slice(0, known) + (zone === 'Z' ? '+0000' : zone.replace(':', ''))
}

/** Schemes of ours as DICOM names them; the SNOMED and DCM codes of a term come first. */
const schemes: Record<string, string> = { SCT: 'SCT', DCM: 'DCM', NCIT: 'NCIt', PUBCHEM_CID: 'PUBCHEM_CID', LN: 'LN' }
export function termCode(term: CodedTerm | undefined, concept?: string): DicomCode | undefined {
  if (!term) return undefined
  const own = concept === undefined ? undefined : dicomCode(concept, term.label)
  if (own) return own
  const coding = Object.keys(schemes).flatMap((scheme) => term.codings?.find((each) => each.scheme === scheme) ?? [])[0]
  return coding && [coding.code, schemes[coding.scheme] as string, term.label]
}
