import { describe, expect, it } from 'vitest'
import { longNuclide, shortNuclide } from '#imaging/bidsKeys.ts'
import { nifti } from '#imaging/formats/nifti/index.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { recognise } from '#imaging/recognise.ts'
import { bidsSidecar, encodeSidecar } from '#imaging/write/bidsSidecar.ts'
import type { DicomMetadata } from '#imaging/write/dicomMetadata.ts'
import { writeNifti } from '#imaging/write/nifti.ts'
import { collect } from '../../conformance/formats/profile.ts'
import { allPlanes, entry } from './files.ts'

const metadata: DicomMetadata = {
  patient: { id: 'M-0042', name: 'Mouse^42', birthDate: '2024-01-02', weightGrams: 23.4 },
  study: { uid: '2.25.1', start: '2024-03-01T10:00:00', operator: 'Doe^Jane' },
  series: {
    uid: '2.25.2',
    number: 3,
    label: 'FDG, dynamic: Käfer',
    start: '2024-03-01T10:15:00',
    bodyPart: 'WHOLEBODY',
    protocol: 'FDG 60',
  },
  instrument: { manufacturer: 'Acme', model: 'X', serialNumber: '7', softwareVersion: '1.0', institution: 'Demo' },
  administration: {
    agent: 'Fludeoxyglucose',
    radionuclide: { value: '77004003', scheme: 'SCT', meaning: 'Fluorine-18' },
    activityMegabecquerel: 7.4,
    volumeMillilitres: 0.1,
    route: 'Intravenous route',
    start: '2024-03-01T10:14:30',
  },
  attributes: { RepetitionTime: '2500', EchoTime: 12.5, FlipAngle: 30, ScanningSequence: ['SE', 'EP'], KVP: '' },
}

const image = phantom('mouse-pet-dynamic', { resolution: 0.2, frames: 3, seed: 5 })
const written = async (name: string, gzip: boolean) => [
  entry(`sub-1/${name}${gzip ? '.nii.gz' : '.nii'}`, await collect(writeNifti(image, { gzip }))),
  entry(`sub-1/${name}.json`, encodeSidecar(bidsSidecar(image.header, metadata, { ReconMethodName: 'OSEM3D' }))),
]

describe('a sidecar', () => {
  it('says what BIDS-PET asks for, and nothing of the animal or its dates', () => {
    const sidecar = bidsSidecar(image.header, metadata)
    expect(sidecar).toEqual({
      Modality: 'PT',
      Manufacturer: 'Acme',
      ManufacturersModelName: 'X',
      DeviceSerialNumber: '7',
      SoftwareVersions: '1.0',
      InstitutionName: 'Demo',
      SeriesDescription: 'FDG, dynamic: Käfer',
      ProtocolName: 'FDG 60',
      BodyPart: 'WHOLEBODY',
      TracerName: 'Fludeoxyglucose',
      TracerRadionuclide: 'F18',
      InjectedRadioactivity: 7.4,
      InjectedRadioactivityUnits: 'MBq',
      InjectedVolume: 0.1,
      InjectedVolumeUnits: 'mL',
      AdministrationRoute: 'Intravenous route',
      InjectedMass: 'n/a',
      InjectedMassUnits: 'n/a',
      SpecificRadioactivity: 'n/a',
      SpecificRadioactivityUnits: 'n/a',
      ModeOfAdministration: 'n/a',
      Units: 'Bq/mL',
      FrameTimesStart: image.header.frames!.startSeconds,
      FrameDuration: image.header.frames!.durationSeconds,
      RepetitionTime: 2.5,
      EchoTime: 0.0125,
      FlipAngle: 30,
      ScanningSequence: ['SE', 'EP'],
      TimeZero: '10:15:00',
      ScanStart: 0,
      InjectionStart: -30,
    })
    const text = Buffer.from(encodeSidecar(sidecar)).toString('latin1')
    expect(JSON.parse(text)).toEqual(sidecar)
    expect(text).not.toMatch(/M-0042|Mouse|Doe|2024/)
  })

  it.each([true, false])('makes of a NIfTI file (gzip %s) the series that was written', async (gzip) => {
    const files = await written('sub-1_pet', gzip)
    const found = await recognise(files)
    expect(found).toMatchObject({
      attachments: [],
      series: [{ format: 'nifti', files: files.map(({ path }) => path) }],
    })
    expect(found.series[0]!.problem).toBeUndefined()
    const reader = await nifti.open(files)
    const { modality, unit, frames } = image.header
    expect(reader.header).toMatchObject({ modality, unit, frames })
    expect(await allPlanes(reader)).toEqual(await allPlanes(await nifti.open([files[0]!])))
    expect(reader.direct() === null).toBe(gzip)
    const facts = {
      'instrument.manufacturer': 'Acme',
      'instrument.model': 'X',
      'instrument.serialNumber': '7',
      'instrument.softwareVersion': '1.0',
      'instrument.institution': 'Demo',
      'series.label': 'FDG, dynamic: Käfer',
      'series.protocol': 'FDG 60',
      'series.bodyPart': 'WHOLEBODY',
      'administration.agent': 'Fludeoxyglucose',
      'administration.radionuclide': 'Fluorine-18',
      'administration.activity': { value: 7.4, unit: 'MBq' },
      'administration.volume': { value: 0.1, unit: 'mL' },
      'administration.route': 'Intravenous route',
    }
    for (const { facts: list } of [reader, found.series[0]!])
      expect(Object.fromEntries(list.map(({ key, value }) => [key, value]))).toEqual(facts)
  })

  it('of somebody else is read in its units', async () => {
    const [file] = await written('a', false)
    const text =
      '{"InjectedRadioactivity": 200, "InjectedRadioactivityUnits": "uCi", "TracerRadionuclide": "C11", "Units": "Bq/mL"}'
    const reader = await nifti.open([file!, entry('sub-1/a.json', text)])
    expect(reader.header.modality).toBe('PT')
    expect(reader.facts).toEqual([
      { key: 'administration.radionuclide', value: 'Carbon-11', evidence: 'TracerRadionuclide (BIDS sidecar)' },
      {
        key: 'administration.activity',
        value: { value: 7.4, unit: 'MBq' },
        evidence: 'InjectedRadioactivity (BIDS sidecar)',
      },
    ])
    // Frame times that the NIfTI header gives stay when the sidecar has none.
    expect(reader.header.frames).toEqual((await nifti.open([file!])).header.frames)
  })

  it.each([
    ['no JSON', '{"Modality": "PT"'],
    ['a list', '[1, 2]'],
    ['null', 'null'],
    [
      'other types',
      '{"Modality": 5, "Units": {"a": 1}, "TracerName": [], "InjectedRadioactivity": "much", "FrameTimesStart": "x"}',
    ],
    ['a hundred thousand levels', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['frame times of another image', '{"FrameTimesStart": [0, 1], "FrameDuration": [1, 1]}'],
    ['frame times that run backwards', '{"FrameTimesStart": [0, 5, 1], "FrameDuration": [1, 1, 1]}'],
  ])('with %s takes nothing away from the image', async (_name, text) => {
    const [file] = await written('a', false)
    const alone = await nifti.open([file!])
    const reader = await nifti.open([file!, entry('sub-1/a.json', text)])
    expect({ ...reader.header, warnings: [] }).toEqual({ ...alone.header, warnings: [] })
    expect(reader.facts).toEqual([])
    expect((await recognise([file!, entry('sub-1/a.json', text)])).series).toHaveLength(1)
  })
})

it('names radionuclides both ways', () => {
  for (const [long, short] of [
    ['Fluorine-18', 'F18'],
    ['Technetium-99m', 'Tc99m'],
    ['Zirconium-89', 'Zr89'],
  ] as const) {
    expect(shortNuclide(long)).toBe(short)
    expect(longNuclide(short)).toBe(long)
  }
  for (const text of ['18F', '[18F]', 'F-18']) expect(longNuclide(text)).toBe('Fluorine-18')
  for (const text of ['', 'FDG', 'X-99']) expect([shortNuclide(text), longNuclide(text)]).toEqual([text, text])
})
