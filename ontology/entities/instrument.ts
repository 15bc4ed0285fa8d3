import { entity } from '../entity.ts'
import { Type, line, oneOf, ref, type Static } from '../vocabulary.ts'
import { modalities, type Modality } from './series.ts'

/** A scanner, microscope or camera; shared catalogue (metadata model 6.7). */
export const Instrument = entity(
  {
    name: 'Instrument',
    plural: 'instruments',
    title: 'Instrument',
    description: 'A scanner, microscope or camera of the facility.',
    term: 'schema:Product',
    label: 'name',
    scope: 'catalogue',
  },
  {
    name: line({
      title: 'Name',
      'x-level': 'record',
      'x-column': true,
      'x-sort': true,
      'x-search': 3,
      'x-facet': 'Instrument',
      'x-term': 'schema:name',
      'x-dicom': '(0008,1010)',
      'x-bids': 'StationName',
    }),
    modalities: Type.Optional(
      Type.Array(oneOf(Object.keys(modalities) as Modality[]), {
        maxItems: 10,
        uniqueItems: true,
        title: 'Modalities',
        'x-term': 'schema:category',
      }),
    ),
    manufacturer: line({
      title: 'Manufacturer',
      'x-level': 'record',
      'x-search': 1,
      'x-term': 'schema:manufacturer',
      'x-dicom': '(0008,0070)',
      'x-bids': 'Manufacturer',
    }),
    model: line({
      title: 'Model',
      'x-level': 'record',
      'x-search': 1,
      'x-term': 'schema:model',
      'x-dicom': '(0008,1090)',
      'x-bids': 'ManufacturersModelName',
    }),
    serialNumber: Type.Optional(
      line({ title: 'Serial number', 'x-private': true, 'x-dicom': '(0018,1000)', 'x-bids': 'DeviceSerialNumber' }),
    ),
    softwareVersion: Type.Optional(
      line({
        title: 'Software version',
        'x-level': 'publish',
        'x-term': 'schema:softwareVersion',
        'x-dicom': '(0018,1020)',
        'x-bids': 'SoftwareVersions',
      }),
    ),
    location: Type.Optional(line({ title: 'Room', 'x-private': true })),
    organizationId: Type.Optional(
      ref('Organization', {
        title: 'Facility',
        'x-term': 'schema:owner',
        'x-dicom': '(0008,0080)',
        'x-bids': 'InstitutionName',
      }),
    ),
  },
)
export type Instrument = Static<typeof Instrument.record>
