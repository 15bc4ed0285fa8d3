import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { bidsTables, labelsOf, petSidecar } from '#api/exports/bidsTables.ts'
import type { Agent } from '#ontology/entities/agent.ts'

const at = (dateTime: string) => ({ dateTime, precision: 'minute' as const })
const fdg = { id: 'A', name: '[18F]FDG', category: 'radiotracer', radionuclide: 'F-18' } as Agent
const mouse = (id: string, localId: string) => ({
  id,
  localId,
  kind: 'animal',
  species: { label: 'Mus musculus' },
  animal: {
    sex: 'F',
    birthDate: '2025-01-03',
    strain: { label: 'C57BL/6J', codings: [{ scheme: 'RRID', code: 'IMSR_JAX:000664' }] },
  },
})
const series = {
  id: 'X',
  sessionId: 'V',
  studyId: 'T',
  modality: 'PT',
  subjectIds: ['S'],
  acquiredAt: at('2025-03-14T11:00:00+01:00'),
  decayCorrection: 'scan start',
  image: { unit: 'Bq/mL' },
}
const told = {
  projects: [
    {
      id: 'P',
      title: 'P',
      licence: 'CC-BY-4.0',
      ethics: [{ committee: 'LAGeSo', approvalNumber: 'G 1' }],
      funding: [{ funder: 'DFG', grantNumber: '7' }],
    },
  ],
  studies: [{ id: 'T', title: 'Glioma', description: 'Mice.', disease: [{ label: 'glioblastoma' }] }],
  subjects: [mouse('S', 'M-12/3'), mouse('U', 'M 123')],
  enrolments: [{ subjectId: 'S', studyId: 'T', group: 'vehicle' }],
  sessions: [{ id: 'V', label: 'Day 7', studyId: 'T', start: at('2025-03-14T10:30:00+01:00') }],
  series: [series],
  events: [
    {
      id: 'E1',
      kind: 'agentAdministration',
      subjectId: 'S',
      sessionId: 'V',
      start: at('2025-03-14T10:00:00+01:00'),
      agentAdministration: {
        agentId: 'A',
        purpose: 'imaging',
        delivery: 'bolus',
        activity: { value: 8, unit: 'MBq' },
        route: { label: 'intravenous' },
        fastedHours: 6,
        volume: { value: 100, unit: 'uL' },
      },
    },
    {
      id: 'E2',
      kind: 'measurement',
      subjectId: 'S',
      start: at('2025-03-14T09:00:00+01:00'),
      measurement: { what: 'body weight', value: { value: 21.3, unit: 'g' } },
    },
    {
      id: 'E3',
      kind: 'anaesthesia',
      subjectId: 'S',
      sessionId: 'V',
      start: at('2025-03-14T10:50:00+01:00'),
      anaesthesia: { applied: true, agent: { label: 'isoflurane' } },
    },
  ],
  agents: new Map([['A', fdg]]),
  instruments: [],
  people: [{ givenName: 'Ada', familyName: 'Lovelace' }],
} as never as Parameters<typeof bidsTables>[0]

const rowsOf = (text: string | undefined) => {
  const [head = [], ...rows] = (text ?? '')
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'))
  return rows.map((row) => Object.fromEntries(head.map((name, n) => [name, row[n]])))
}

describe('the record as BIDS', () => {
  const files = bidsTables(told)

  it('has participants with species, strain and age in weeks, and explains each column', () => {
    const rows = rowsOf(files.get('participants.tsv'))
    expect(rows[0]).toMatchObject({
      participant_id: 'sub-M123',
      local_id: 'M-12/3',
      species: 'Mus musculus',
      age: '10',
      sex: 'female',
      strain_rrid: 'RRID:IMSR_JAX:000664',
      group: 'vehicle',
    })
    expect(rows[1]).toMatchObject({ participant_id: 'sub-M123x2', age: 'n/a', group: 'n/a' })
    const dictionary = JSON.parse(files.get('participants.json') as string)
    expect(dictionary.age.Units).toBe('week')
    expect(Object.keys(dictionary)).toEqual(Object.keys(rows[0]!))
  })

  it('has what was true at each session, and every event', () => {
    expect(rowsOf(files.get('sub-M123/sub-M123_sessions.tsv'))).toEqual([
      expect.objectContaining({
        session_id: 'ses-Day7',
        weight: '21.3',
        age_weeks: '10',
        anaesthesia: 'isoflurane',
        fasted_h: '6',
        pathology: 'glioblastoma',
      }),
    ])
    const events = rowsOf(files.get('phenotype/procedures.tsv'))
    expect(events).toHaveLength(3)
    expect(events[0]).toMatchObject({
      kind: 'agentAdministration',
      agent: '[18F]FDG',
      dose: '8',
      unit: 'MBq',
      route: 'intravenous',
    })
    expect(JSON.parse(events[1]!.details as string)).toEqual({ what: 'body weight', value: { value: 21.3, unit: 'g' } })
    expect(JSON.parse(files.get('dataset_description.json') as string)).toMatchObject({
      Name: 'Glioma',
      License: 'CC-BY-4.0',
      EthicsApprovals: ['LAGeSo (G 1)'],
    })
  })

  it('gives the keys of a PET sidecar that the record answers', () => {
    const around = {
      subject: told.subjects[0],
      events: told.events.filter(({ subjectId }) => subjectId === 'S'),
      agents: told.agents,
    }
    expect(petSidecar(series as never, around)).toMatchObject({
      TracerName: '[18F]FDG',
      TracerRadionuclide: 'F-18',
      InjectedRadioactivity: 8,
      InjectedRadioactivityUnits: 'MBq',
      InjectedMass: 'n/a',
      SpecificRadioactivity: 'n/a',
      ModeOfAdministration: 'bolus',
      InjectedVolume: 0.1,
      TimeZero: '11:00:00',
      ScanStart: 0,
      InjectionStart: -3600,
      ImageDecayCorrected: true,
      ImageDecayCorrectionTime: 0,
    })
  })

  it('tells labels apart that are the same without signs', () => {
    expect([
      ...labelsOf([
        { id: '1', name: 'A-1' },
        { id: '2', name: 'A 1' },
        { id: '3', name: '--' },
      ]).values(),
    ]).toEqual(['A1', 'A1x2', 'x'])
  })
})

// The validator of the BIDS project (npm bids-validator) is not among our packages: its tree is larger than ours.
const validator = process.env.VIVARCHIVE_BIDS_VALIDATOR ?? 'bids-validator'
it.skipIf(spawnSync(validator, ['--version']).status !== 0)('is accepted by the BIDS validator', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'vivarchive-bids-'))
  for (const [name, text] of bidsTables(told)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true })
    await writeFile(path.join(folder, name), text)
  }
  // One image with the keys of the reconstruction, which come from its file and not from the record.
  const around = { subject: told.subjects[0], events: told.events, agents: told.agents }
  const reconstruction = {
    Manufacturer: 'Siemens',
    ManufacturersModelName: 'Inveon',
    AcquisitionMode: 'list mode',
    ReconMethodName: 'OSEM3D',
    ReconMethodParameterLabels: ['iterations'],
    ReconMethodParameterUnits: ['none'],
    ReconMethodParameterValues: [2],
    ReconFilterType: 'none',
    AttenuationCorrection: 'none',
    FrameTimesStart: [0],
    FrameDuration: [600],
  }
  const pet = path.join(folder, 'sub-M123/ses-Day7/pet')
  await mkdir(pet, { recursive: true })
  await writeFile(path.join(pet, 'sub-M123_ses-Day7_pet.nii.gz'), gzipSync(Buffer.alloc(352)))
  const sidecar = { ...petSidecar(series as never, around), ...reconstruction }
  await writeFile(path.join(pet, 'sub-M123_ses-Day7_pet.json'), JSON.stringify(sidecar))
  const { stdout } = spawnSync(validator, [folder, '--json', '--ignoreNiftiHeaders'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  await rm(folder, { recursive: true, force: true })
  const { issues } = JSON.parse(stdout) as {
    issues: { errors: { key: string; reason: string; files: { evidence?: string }[] }[] }
  }
  expect(
    issues.errors.map(
      ({ key, reason, files }) => `${key} ${reason} ${files.map(({ evidence }) => evidence).join(' ')}`,
    ),
  ).toEqual([])
})
