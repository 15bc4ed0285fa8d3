import { entity } from '../entity.ts'
import { Type, closed, date, line, oneOf, ref, type Static } from '../vocabulary.ts'
import { modalities, type Modality } from '../modalities.ts'

const SoftwareVersion = closed(
  {
    version: line({ title: 'Version', maxLength: 100, 'x-term': 'schema:softwareVersion', 'x-dicom': '(0018,1020)' }),
    from: date({ title: 'In use from', 'x-term': 'schema:startDate' }),
  },
  { 'x-type': 'SoftwareVersion', title: 'Software version' },
)

const Component = closed(
  {
    kind: oneOf(
      [
        'coil',
        'transducer',
        'collimator',
        'detector',
        'gradient',
        'camera',
        'bed',
        'dose calibrator',
        'filter',
        'other',
      ],
      { title: 'Kind' },
    ),
    name: line({ title: 'Name', 'x-dicom': '(0018,1250)', 'x-bids': 'ReceiveCoilName' }),
    serialNumber: Type.Optional(line({ title: 'Serial number', maxLength: 100, 'x-private': true })),
  },
  { 'x-type': 'Component', title: 'Component' },
)

const Calibration = closed(
  {
    date: date({ title: 'Date', 'x-term': 'schema:dateCreated' }),
    kind: oneOf(['activity', 'Hounsfield units', 'geometry', 'normalisation', 'dose calibrator', 'other'], {
      title: 'Kind',
    }),
    factor: Type.Optional(
      Type.Number({ title: 'Factor', 'x-dicom': '(0054,1322)', 'x-bids': 'DoseCalibrationFactor' }),
    ),
    note: Type.Optional(line({ title: 'Note' })),
  },
  { 'x-type': 'Calibration', title: 'Calibration' },
)

const QualityControl = closed(
  {
    date: date({ title: 'Date' }),
    test: line({ title: 'Test', examples: ['NEMA NU 4 uniformity'] }),
    result: oneOf(['passed', 'failed', 'conditional'], { title: 'Result' }),
    note: Type.Optional(line({ title: 'Note' })),
  },
  { 'x-type': 'QualityControl', title: 'Quality control' },
)

/** Software of an instrument on a day (RFC 3339 full-date): the dated entry that was in use, else the undated one. */
export function softwareOn(
  instrument: { softwareVersion?: string; softwareVersions?: { version: string; from: string }[] },
  day: string,
): string | undefined {
  const inUse = (instrument.softwareVersions ?? [])
    .filter(({ from }) => from <= day)
    .toSorted((a, b) => (a.from < b.from ? 1 : -1))[0]
  return inUse?.version ?? instrument.softwareVersion
}

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
    softwareVersions: Type.Optional(
      Type.Array(Type.Unsafe<Static<typeof SoftwareVersion>>(SoftwareVersion), {
        maxItems: 200,
        title: 'Software versions by date',
        'x-term': 'viv:softwareHistory',
        'x-bids': 'SoftwareVersions',
      }),
    ),
    pid: Type.Optional(
      Type.String({
        format: 'uri',
        maxLength: 300,
        title: 'Identifier (PIDINST, RRID)',
        examples: ['https://doi.org/10.5442/ni000001'],
        'x-term': 'schema:identifier',
        'x-dicom': '(0018,1002)',
      }),
    ),
    components: Type.Optional(
      Type.Array(Type.Unsafe<Static<typeof Component>>(Component), {
        maxItems: 100,
        title: 'Components',
        'x-term': 'viv:component',
      }),
    ),
    calibrations: Type.Optional(
      Type.Array(Type.Unsafe<Static<typeof Calibration>>(Calibration), {
        maxItems: 500,
        title: 'Calibrations',
        'x-term': 'viv:calibration',
      }),
    ),
    qualityControl: Type.Optional(
      Type.Array(Type.Unsafe<Static<typeof QualityControl>>(QualityControl), {
        maxItems: 1000,
        title: 'Quality control',
        'x-term': 'viv:qualityControl',
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
