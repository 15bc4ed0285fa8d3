/** Studies of the project PSMA about how to scan: four mice in one bed, and a pilot that nobody described. */
import { injection, isoflurane, mouse, weight } from './events.ts'
import { scid } from './prostateModel.ts'
import { day } from './types.ts'
import type { DemoStudy, DemoVisit } from './types.ts'

/** Two beds with four animals each; the weights of the second bed are missing. */
export function fourMice(): DemoStudy {
  const started = '2024-10-07'
  const beds = [1, 2].map((bed) => ['a', 'b', 'c', 'd'].map((place) => `Q-${bed}${place}`))
  const holders = ['outer left', 'inner left', 'inner right', 'outer right']
  return {
    project: 'PSMA',
    body: {
      title: 'Four mice in one bed: throughput against accuracy',
      localId: 'PSMA-2',
      description:
        'The same tracer and time as PSMA-1, four animals side by side, to learn what scatter and attenuation cost.',
      studyType: 'method',
      startDate: started,
    },
    contact: 'nair',
    complete: true,
    subjects: beds.flat().map((localId, i) => ({
      localId,
      body: mouse({ ...scid, birthDate: day('2024-08-12', i % 4) }),
    })),
    visits: beds.map((subjects, i): DemoVisit => {
      const options = {
        seed: 900 + i,
        tumourVolume: [90, 210, 0, 320].map((v) => v * (1 + 0.2 * i)),
        activityMegabecquerel: 9,
      }
      return {
        label: `Bed ${i + 1}`,
        start: `${day(started, 2 * i)}T11:00:00`,
        instrument: 'nanoScan PET/CT',
        operator: 'dubois',
        inVivo: 'in vivo',
        subjects,
        placements: subjects.map((_, n) => ({ posture: 'prone', entry: 'head first', holder: holders[n]! })),
        scans: [
          {
            label: 'CT of the four-mouse bed',
            number: 1,
            modality: 'CT',
            stem: `bed${i + 1}_ct.nii.gz`,
            format: 'nifti.gz',
            phantom: 'four-mice-ct',
            options: { ...options, resolution: 0.6 },
            minutes: 0,
            bodyPart: 'whole body',
          },
          {
            label: 'FDG, four mice, 60 min p.i.',
            number: 2,
            modality: 'PT',
            stem: `bed${i + 1}_pet.nii.gz`,
            format: 'nifti.gz',
            phantom: 'four-mice-pet',
            options: { ...options, resolution: 0.8 },
            minutes: 12,
            bodyPart: 'whole body',
          },
        ],
        events: subjects.flatMap((id, n) => [
          ...(i === 0 ? [weight(id, -80, 24.6 + n)] : []),
          injection({
            subject: id,
            agent: '[18F]FDG',
            minutes: -55 + n * 3,
            activityMegabecquerel: 9 + 0.3 * n,
            route: 'intravenous',
          }),
          isoflurane(id, -10, 2),
        ]),
      }
    }),
    events: [],
  }
}

/** A pilot as it often looks: NIfTI files, first names for animals, nothing else. */
export function blocking(): DemoStudy {
  const names = ['mouse1', 'mouse2', 'mouse3', 'mouse4']
  // The disk was full when somebody copied this one.
  const repeated = {
    label: 'ct_repeat',
    number: 3,
    modality: 'CT',
    stem: 'ct_repeat.nii',
    format: 'nifti',
    phantom: 'mouse-ct',
    minutes: 5,
    kept: 0.4,
  } as const
  return {
    project: 'PSMA',
    body: { title: 'Blocking pilot', localId: 'PSMA-4', startDate: '2025-05-12' },
    complete: false,
    subjects: [],
    visits: names.map((id, i): DemoVisit => {
      const options = {
        seed: 1100 + i,
        tumourVolume: 150,
        tracer: 'PSMA',
        activityMegabecquerel: i < 2 ? 10 : 4,
        resolution: 0.6,
      } as const
      return {
        label: id,
        start: '2025-05-12T10:00:00',
        subjects: [id],
        scans: [
          {
            label: 'pet',
            number: 1,
            modality: 'PT',
            stem: 'pet.nii',
            format: 'nifti',
            phantom: 'mouse-pet',
            options,
            minutes: 0,
          },
          {
            label: 'ct',
            number: 2,
            modality: 'CT',
            stem: 'ct.nii',
            format: 'nifti',
            phantom: 'mouse-ct',
            options: { ...options, resolution: 0.5 },
            minutes: 0,
          },
          ...(i === 3 ? [{ ...repeated, options: { ...options, resolution: 0.5 } }] : []),
        ],
        events: [],
      }
    }),
    events: [],
    note: { path: 'notes.txt', text: 'mouse3 and mouse4: PMPA before the tracer. CT of mouse2 moved?\n' },
  }
}
