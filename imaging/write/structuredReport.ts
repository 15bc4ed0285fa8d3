/** Structured reports: a tree of content items (PS3.3 C.17.3) as a Part 10 file. */
import { part10 } from './dicomFile.ts'
import type { Code, DicomAttributes } from './dicomMetadata.ts'
import { coded, dateOf, decimalString, timeOf } from './dicomModules.ts'

/** One content item; `value` decides its value type. */
export interface ContentItem {
  relationship: 'CONTAINS' | 'HAS CONCEPT MOD' | 'HAS OBS CONTEXT' | 'HAS PROPERTIES'
  name: Code
  value:
    | { type: 'CONTAINER'; items: ContentItem[]; template?: string }
    | { type: 'CODE'; code: Code }
    | { type: 'TEXT'; text: string }
    /** `unit` is a UCUM code. */
    | { type: 'NUM'; number: number; unit: string }
    /** DT, as PS3.5 6.2 writes it. */
    | { type: 'DATETIME'; dateTime: string }
    /** TM */
    | { type: 'TIME'; time: string }
    | { type: 'UIDREF'; uid: string }
}

export interface Report {
  sopClass: string
  sopInstance: string
  /** Attributes of patient, study, series and equipment, by dictionary keyword. */
  attributes: DicomAttributes
  name: Code
  template: string
  items: ContentItem[]
  /** Own coding schemes that the items use. */
  schemes?: { designator: string; uid: string; name: string }[]
  /** RFC 3339 without zone. */
  contentAt: string
}

export function writeStructuredReport(report: Report): Uint8Array {
  const { sopClass, sopInstance, attributes, name, template, items, schemes = [], contentAt } = report
  return part10(
    sopClass,
    sopInstance,
    { sampleType: 'uint8' },
    {
      ...attributes,
      Modality: 'SR',
      ReferencedPerformedProcedureStepSequence: [],
      ContentDate: dateOf(contentAt),
      ContentTime: timeOf(contentAt),
      CompletionFlag: 'COMPLETE',
      VerificationFlag: 'UNVERIFIED',
      PerformedProcedureCodeSequence: [],
      InstanceNumber: 1,
      ...(schemes.length > 0 && {
        CodingSchemeIdentificationSequence: schemes.map(({ designator, uid, name: title }) => ({
          CodingSchemeDesignator: designator,
          CodingSchemeUID: uid,
          CodingSchemeName: title,
        })),
      }),
      ValueType: 'CONTAINER',
      ConceptNameCodeSequence: coded(name),
      ContinuityOfContent: 'SEPARATE',
      ContentTemplateSequence: [{ MappingResource: 'DCMR', TemplateIdentifier: template }],
      ContentSequence: items.map(itemAttributes),
    },
  )
}

function itemAttributes({ relationship, name, value }: ContentItem): DicomAttributes {
  return {
    RelationshipType: relationship,
    ValueType: value.type,
    ConceptNameCodeSequence: coded(name),
    ...valueAttributes(value),
  }
}

function valueAttributes(value: ContentItem['value']): DicomAttributes {
  switch (value.type) {
    case 'CONTAINER':
      return {
        ContinuityOfContent: 'SEPARATE',
        ...(value.template && {
          ContentTemplateSequence: [{ MappingResource: 'DCMR', TemplateIdentifier: value.template }],
        }),
        ContentSequence: value.items.map(itemAttributes),
      }
    case 'CODE':
      return { ConceptCodeSequence: coded(value.code) }
    case 'TEXT':
      return { TextValue: value.text }
    case 'NUM':
      return {
        MeasuredValueSequence: [
          {
            MeasurementUnitsCodeSequence: coded({ value: value.unit, scheme: 'UCUM', meaning: value.unit }),
            NumericValue: decimalString(value.number),
          },
        ],
      }
    case 'DATETIME':
      return { DateTime: value.dateTime }
    case 'TIME':
      return { Time: value.time }
    case 'UIDREF':
      return { UID: value.uid }
  }
}
