/** Studies of the project PHENO: the scans that the core facility makes for others, and its quality control. */
import { createRandom } from '#imaging/phantoms/random.ts'
import { injection, isoflurane, mouse, weight } from './events.ts'
import { coded, day, later, rounded } from './types.ts'
import type { DemoStudy, DemoVisit } from './types.ts'

export function phenotypingStudies(): DemoStudy[] {
  return [hearts(), ageing(), kidneys(), qualityControl()]
}

function hearts(): DemoStudy {
  const started = '2024-11-04'
  const mice = Array.from({ length: 8 }, (_, i) => `H-${301 + i}`)
  return {
    project: 'PHENO',
    body: {
      title: 'Echocardiography after myocardial infarction',
      localId: 'PHENO-1',
      description:
        'Parasternal short-axis cine loops before ligation of the left anterior descending artery and 28 days after it.',
      studyType: 'confirmatory',
      disease: [coded('diseases', 'myocardial infarction')],
      organs: [coded('anatomy', 'heart')],
      groups: [
        { name: 'infarction', role: 'treatment', plannedN: 5 },
        { name: 'sham', role: 'sham', plannedN: 3 },
      ],
      startDate: started,
    },
    contact: 'watanabe',
    complete: true,
    subjects: mice.map((localId, i) => ({
      localId,
      body: mouse({
        strain: 'C57BL/6J',
        sex: i % 2 ? 'F' : 'M',
        supplier: 'Janvier Labs',
        geneticStatus: 'wild type',
        birthDate: '2024-08-26',
        earTag: String(5120 + i),
      }),
    })),
    visits: mice.flatMap((id, i) =>
      [0, 28].map((days): DemoVisit => ({
        label: `${days === 0 ? 'Baseline' : `Day ${days}`}, ${id}`,
        start: later(`${day(started, days)}T09:00:00`, i * 20),
        instrument: 'Vevo ultrasound',
        operator: 'watanabe',
        inVivo: 'in vivo',
        subjects: [id],
        placements: [{ posture: 'supine', entry: 'head first', holder: 'heated table' }],
        scans: [
          {
            label: 'B-mode, parasternal short axis',
            number: 1,
            modality: 'US',
            // The first animal was exported raw, for strain analysis.
            ...(i === 0
              ? { stem: `${day(started, days)}-09-04-00_PSAX`, format: 'vevo' as const }
              : { stem: 'PSAX', format: 'dicom' as const }),
            phantom: 'heart-ultrasound',
            options: { seed: 1200 + i + (days ? 50 : 0), resolution: 0.6, frames: 12 },
            minutes: 4,
            bodyPart: 'heart',
            attributes: { HeartRate: 452 + 7 * i },
          },
        ],
        events: [weight(id, -10, 24 + i * 0.7 + days * 0.05), isoflurane(id, -5, 1.2)],
      })),
    ),
    events: mice.slice(0, 5).map((subject) => ({
      subject,
      minutes: 14 * 60,
      body: {
        kind: 'modelInduction',
        modelInduction: {
          modelType: 'surgical',
          disease: coded('diseases', 'myocardial infarction'),
          site: coded('anatomy', 'heart'),
        },
      },
    })),
  }
}

function ageing(): DemoStudy {
  const started = '2025-03-03'
  const random = createRandom(31)
  const mice = Array.from({ length: 6 }, (_, i) => `AGE-${i + 1}`)
  return {
    project: 'PHENO',
    body: {
      title: 'Whole-body MRI of ageing mice',
      localId: 'PHENO-2',
      description: 'T2-weighted RARE of six mice at 6 and at 12 months, for body composition.',
      studyType: 'exploratory',
      startDate: started,
    },
    contact: 'watanabe',
    complete: true,
    subjects: mice.map((localId, i) => ({
      localId,
      body: mouse({
        strain: 'C57BL/6NCrl',
        sex: i < 3 ? 'F' : 'M',
        supplier: 'Charles River',
        geneticStatus: 'wild type',
        birthDate: day('2024-09-02', i),
        earTag: String(6001 + i),
      }),
    })),
    visits: mice.flatMap((id, i) =>
      [0, 182].map((days): DemoVisit => {
        const grams = 25 + i + days * 0.02 + random.normal()
        return {
          label: `${days === 0 ? '6 months' : '12 months'}, ${id}`,
          start: later(`${day(started, days)}T10:00:00`, i * 35),
          instrument: 'BioSpec 7 T',
          operator: 'brandt',
          inVivo: 'in vivo',
          subjects: [id],
          weightsGram: [rounded(grams, 1)],
          placements: [{ posture: 'prone', entry: 'head first' }],
          scans: [
            {
              label: 'T2 RARE coronal',
              number: 3,
              modality: 'MR',
              stem: `${id}_1_1`,
              format: 'bruker',
              phantom: 'mouse-mr',
              options: { seed: 1300 + i, tumourVolume: 0, resolution: 0.6 },
              minutes: 8,
              bodyPart: 'whole body',
              protocol: 'T2_TurboRARE',
              sequence: { name: 'RARE', repetitionMilliseconds: 2500, echoMilliseconds: 33 },
              ...(i === 4 &&
                days > 0 && { quality: 'usable' as const, qualityNote: 'breathing artefact over the liver' }),
            },
          ],
          events: [weight(id, -15, grams), isoflurane(id, -6)],
        }
      }),
    ),
    events: [],
    dataset: {
      title: 'T2-weighted whole-body MRI of mice at 6 and 12 months',
      description: 'Six C57BL/6N mice scanned twice; studies of ParaVision as the scanner leaves them.',
      creators: ['watanabe'],
    },
  }
}

/** Contrast agent and weights are known to the person who scanned, but nobody entered them. */
function kidneys(): DemoStudy {
  const started = '2025-06-16'
  const mice = ['K1', 'K2', 'K3', 'K4'].map((name) => `REN-${name}`)
  return {
    project: 'PHENO',
    body: {
      title: 'Contrast-enhanced CT of the kidneys',
      localId: 'PHENO-3',
      studyType: 'exploratory',
      organs: [coded('anatomy', 'kidney')],
      startDate: started,
    },
    complete: true,
    subjects: mice.map((localId, i) => ({ localId, body: mouse({ strain: 'BALB/cJ', sex: i % 2 ? 'F' : 'M' }) })),
    visits: mice.map((id, i): DemoVisit => {
      const scan = (number: number, contrast: boolean) => ({
        label: contrast ? 'CT, 30 s after contrast' : 'CT, native',
        number,
        modality: 'CT' as const,
        stem: `${id}_${contrast ? 'contrast' : 'native'}.nrrd`,
        format: 'nrrd' as const,
        phantom: 'mouse-ct' as const,
        options: { seed: 1400 + i, tumourVolume: 0, contrast, resolution: 0.55 },
        minutes: 12 * (number - 1),
        bodyPart: 'kidney',
      })
      return {
        label: `Kidneys, ${id}`,
        start: later(`${started}T13:30:00`, i * 30),
        instrument: 'Inveon PET/CT',
        inVivo: 'in vivo',
        subjects: [id],
        scans: [scan(1, false), scan(2, true)],
        events: i === 0 ? [injection({ subject: id, agent: 'Iohexol', minutes: 11, volumeMicrolitres: 200 })] : [],
      }
    }),
    events: [],
  }
}

function qualityControl(): DemoStudy {
  const started = '2024-02-05'
  const phantoms = [
    { localId: 'NEMA-NU4 #1', model: 'NEMA NU 4-2008 image quality', purpose: 'image quality' },
    { localId: 'Cylinder 30 mm', model: 'Uniform cylinder, 30 mm', purpose: 'uniformity' },
  ]
  return {
    project: 'PHENO',
    body: {
      title: 'Quality control of the PET scanner',
      localId: 'PHENO-4',
      description: 'Image quality and uniformity phantoms, every month or two.',
      studyType: 'quality control',
      startDate: started,
    },
    contact: 'brandt',
    complete: true,
    subjects: phantoms.map(({ localId, ...phantom }) => ({
      localId,
      body: {
        kind: 'phantom',
        phantom: {
          ...phantom,
          manufacturer: 'QRM',
          fillActivity: { value: 3.7, unit: 'MBq' },
          fillVolume: { value: 20.7, unit: 'mL' },
        },
      },
    })),
    visits: Array.from({ length: 18 }, (_, n): DemoVisit => {
      const { localId } = phantoms[n % 2]!
      const start = `${day(started, n * 38)}T07:30:00`
      return {
        label: `QC ${start.slice(0, 7)}`,
        start,
        instrument: 'Inveon PET/CT',
        operator: 'brandt',
        inVivo: 'in vitro',
        subjects: [localId],
        scans: [
          {
            label: n % 2 ? 'Uniformity, 20 min' : 'Image quality, 20 min',
            number: 1,
            modality: 'PT',
            stem: `qc_${start.slice(0, 10)}.pet.img`,
            format: 'inveon',
            phantom: n % 2 ? 'cylinder-pet' : 'image-quality-pet',
            options: { seed: 1500 + n, resolution: 0.7 },
            minutes: 0,
          },
        ],
        events: [],
      }
    }),
    events: [],
  }
}
