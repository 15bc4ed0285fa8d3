/** Studies of the project GLX: one tumour model followed by PET/CT, bioluminescence and microscopy. */
import { createRandom } from '#imaging/phantoms/random.ts'
import { graft, injection, isoflurane, mouse, tumourVolume, weight } from './events.ts'
import { grown, nude } from './gliomaModel.ts'
import { bioluminescence, cultures } from './gliomaOptics.ts'
import { coded, day, later, rounded } from './types.ts'
import type { DemoStudy, DemoSubject, DemoVisit } from './types.ts'

const implanted = '2024-03-04'
export function gliomaStudies(): DemoStudy[] {
  return [growth(), dynamic(), bioluminescence(), cultures()]
}

const growthMice = Array.from({ length: 7 }, (_, i) => ({
  id: `GLX-${String(i + 1).padStart(2, '0')}`,
  isTreated: i % 2 === 1,
  takeOff: 13 + ((i * 5) % 8) * 1.4,
  seed: 400 + i,
}))

function growth(): DemoStudy {
  const random = createRandom(11)
  const visits = growthMice.flatMap(({ id, isTreated, takeOff, seed }, i) =>
    [7, 14, 21].map((days): DemoVisit => {
      const start = later(`${day(implanted, days)}T08:30:00`, i * 55)
      const grams = 21.5 + i * 0.4 + days * 0.06 + random.normal() * 0.3
      const activity = 7 + random.between(-0.9, 0.9)
      const volume = grown(days, takeOff, isTreated)
      const options = { seed, tumourVolume: volume, activityMegabecquerel: activity }
      const administration = {
        agent: '[18F]FDG',
        radionuclide: 'F-18',
        activityMegabecquerel: rounded(activity, 2),
        minutesBefore: 60,
      } as const
      return {
        label: `Day ${days}, ${id}`,
        start,
        instrument: 'Inveon PET/CT',
        operator: 'brandt',
        inVivo: 'in vivo',
        subjects: [id],
        weightsGram: [rounded(grams, 1)],
        placements: [{ posture: 'prone', entry: 'head first', holder: 'single bed' }],
        scans: [
          {
            label: 'CT for attenuation and anatomy',
            number: 1,
            modality: 'CT',
            stem: `${id}_d${days}.ct.img`,
            format: 'inveon',
            phantom: 'mouse-ct',
            options: { ...options, resolution: i === 0 ? 0.8 : 0.55 },
            minutes: 0,
            bodyPart: 'whole body',
          },
          {
            label: 'FDG static, 60 min p.i.',
            number: 2,
            modality: 'PT',
            stem: `${id}_d${days}.pet.img`,
            format: 'inveon',
            phantom: 'mouse-pet',
            options: { ...options, resolution: i === 0 ? 0.9 : 0.7 },
            minutes: 9,
            bodyPart: 'whole body',
            administration,
            quality: 'good',
          },
        ],
        events: [
          weight(id, -75, grams),
          injection({
            subject: id,
            agent: '[18F]FDG',
            minutes: -51,
            activityMegabecquerel: activity,
            volumeMicrolitres: random.between(110, 160),
            route: 'intravenous',
            site: 'lateral tail vein',
            fastedHours: 6,
          }),
          isoflurane(id, -5),
          tumourVolume(id, -70, volume * random.between(0.9, 1.12)),
        ],
      }
    }),
  )
  return {
    project: 'GLX',
    body: {
      title: 'U-87 MG xenografts: FDG PET/CT on days 7, 14 and 21',
      localId: 'GLX-1',
      description:
        'Seven nude mice with subcutaneous U-87 MG tumours, scanned three times. Four received vehicle, three temozolomide from day 8 on. Static FDG PET 60 min after injection with low-dose CT.',
      hypothesis:
        'The standardised uptake value on day 7 predicts the volume on day 21 better than the volume on day 7 does.',
      studyType: 'confirmatory',
      disease: [coded('diseases', 'glioblastoma')],
      organs: [coded('anatomy', 'flank')],
      groups: [
        { name: 'vehicle', role: 'control-negative', plannedN: 4 },
        { name: 'temozolomide', role: 'treatment', plannedN: 3, description: '50 mg/kg orally on five days a week' },
      ],
      startDate: implanted,
    },
    contact: 'okafor',
    complete: true,
    subjects: growthMice.map(({ id }, i): DemoSubject => ({
      localId: id,
      body: mouse({ ...nude, birthDate: day('2024-01-15', i % 3), earTag: String(2041 + i) }),
    })),
    visits,
    events: growthMice.map(({ id }) => graft(id, 'U-87MG ATCC', 'glioblastoma', 5)),
    dataset: {
      title: 'FDG PET/CT of growing U-87 MG xenografts in mice',
      description:
        'Longitudinal FDG PET/CT of seven nude mice with subcutaneous U-87 MG tumours on days 7, 14 and 21 after implantation, with injected activities, weights and caliper volumes.',
      creators: ['lindqvist', 'okafor'],
    },
    note: {
      path: 'README.txt',
      text: 'Inveon exports of study GLX-1. One folder for each visit.\nAttenuation correction from the CT; OSEM3D/MAP, beta 0.05.\n',
    },
  }
}

function dynamic(): DemoStudy {
  const mice = growthMice.slice(0, 3)
  return {
    project: 'GLX',
    body: {
      title: 'Dynamic FDG PET of established tumours',
      localId: 'GLX-2',
      description:
        'The first 45 minutes after injection in 16 frames, for compartment models of glucose uptake. Animals of GLX-1 on day 23.',
      studyType: 'exploratory',
      disease: [coded('diseases', 'glioblastoma')],
      startDate: day(implanted, 23),
    },
    contact: 'lindqvist',
    complete: true,
    subjects: mice.map(({ id }) => ({ localId: id, body: {} })),
    visits: mice.map(({ id, isTreated, takeOff, seed }, i): DemoVisit => {
      const start = later(`${day(implanted, 23)}T09:00:00`, i * 80)
      const options = { seed, tumourVolume: grown(23, takeOff, isTreated), activityMegabecquerel: 8.1 + i * 0.4 }
      const administration = {
        agent: '[18F]FDG',
        radionuclide: 'F-18',
        activityMegabecquerel: options.activityMegabecquerel,
        minutesBefore: 0,
      } as const
      return {
        label: `Dynamic scan, ${id}`,
        start,
        instrument: 'Inveon PET/CT',
        operator: 'okafor',
        inVivo: 'in vivo',
        subjects: [id],
        weightsGram: [23.4 + i],
        scans: [
          {
            label: 'FDG dynamic, 0 to 45 min',
            number: 1,
            modality: 'PT',
            stem: `${id}_dynamic.pet.img`,
            format: 'inveon',
            phantom: 'mouse-pet-dynamic',
            options: { ...options, resolution: 0.7 },
            minutes: 0,
            bodyPart: 'whole body',
            administration,
            quality: 'good',
          },
          {
            label: 'CT after the dynamic scan',
            number: 2,
            modality: 'CT',
            stem: `${id}_dynamic.ct.img`,
            format: 'inveon',
            phantom: 'mouse-ct',
            options: { ...options, resolution: 0.55 },
            minutes: 48,
            bodyPart: 'whole body',
          },
        ],
        events: [
          weight(id, -20, 23.4 + i),
          isoflurane(id, -12),
          injection({
            subject: id,
            agent: '[18F]FDG',
            minutes: 0,
            activityMegabecquerel: options.activityMegabecquerel,
            volumeMicrolitres: 140,
            route: 'intravenous',
            site: 'lateral tail vein',
            fastedHours: 6,
          }),
        ],
      }
    }),
    events: [],
    dataset: {
      title: 'Dynamic FDG PET of mice with U-87 MG tumours, 16 frames',
      description: 'Three mice, list-mode data framed from 10 s to 10 min, decay-corrected to injection. With CT.',
      creators: ['lindqvist'],
    },
  }
}
