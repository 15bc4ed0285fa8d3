/** Studies of the project PSMA: tracers in LNCaP xenografts, and four mice in one bed. */
import { createRandom } from '#imaging/phantoms/random.ts'
import { graft, injection, isoflurane, mouse, weight } from './events.ts'
import { blocking, fourMice } from './prostateMethods.ts'
import { scid } from './prostateModel.ts'
import { coded, day, later, rounded } from './types.ts'
import type { DemoScan, DemoStudy, DemoVisit } from './types.ts'

const ctAttributes = { KVP: 50, ExposureTime: 300, ConvolutionKernel: 'RamLak' }

export function prostateStudies(): DemoStudy[] {
  return [uptake(), fourMice(), bone(), blocking()]
}

function uptake(): DemoStudy {
  const started = '2024-06-03'
  const random = createRandom(23)
  const mice = ['P-101', 'P-102', 'P-103']
  return {
    project: 'PSMA',
    body: {
      title: '[68Ga]Ga-PSMA-11 PET/CT of LNCaP xenografts',
      localId: 'PSMA-1',
      description: 'Uptake one hour after injection in mice with LNCaP tumours, four weeks after implantation.',
      hypothesis: 'Tumour uptake exceeds that of muscle at least twentyfold.',
      studyType: 'exploratory',
      disease: [coded('diseases', 'prostate cancer')],
      organs: ['flank', 'kidney'].map((o) => coded('anatomy', o)),
      startDate: started,
    },
    contact: 'ferreira',
    complete: true,
    subjects: mice.map((localId, i) => ({
      localId,
      body: mouse({ ...scid, birthDate: day('2024-04-08', i % 2), earTag: `P1${i + 1}` }),
    })),
    visits: mice.map((id, i): DemoVisit => {
      const activity = random.between(9.2, 11.4)
      const grams = random.between(26, 30)
      const options = { seed: 800 + i, tumourVolume: 120 + 70 * i, activityMegabecquerel: activity, resolution: 0.45 }
      return {
        label: `PSMA-11, ${id}`,
        start: later(`${day(started, 28)}T09:30:00`, i * 45),
        instrument: 'nanoScan PET/CT',
        operator: 'dubois',
        inVivo: 'in vivo',
        subjects: [id],
        weightsGram: [rounded(grams, 1)],
        placements: [{ posture: 'prone', entry: 'head first' }],
        scans: [
          {
            label: 'CT, 480 projections',
            number: 1,
            modality: 'CT',
            stem: 'CT',
            format: 'dicom enhanced',
            phantom: 'mouse-ct',
            options,
            minutes: 0,
            bodyPart: 'whole body',
            attributes: ctAttributes,
          },
          {
            label: 'PSMA-11, 60 min p.i., 20 min',
            number: 2,
            modality: 'PT',
            stem: 'PET',
            format: 'dicom',
            phantom: 'mouse-pet',
            options: { ...options, tracer: 'PSMA', resolution: 0.5 },
            minutes: 7,
            bodyPart: 'whole body',
            administration: {
              agent: '[68Ga]Ga-PSMA-11',
              radionuclide: 'Ga-68',
              activityMegabecquerel: rounded(activity, 2),
              minutesBefore: 60,
            },
            quality: 'good',
          },
        ],
        events: [
          weight(id, -70, grams),
          injection({
            subject: id,
            agent: '[68Ga]Ga-PSMA-11',
            minutes: -53,
            activityMegabecquerel: activity,
            volumeMicrolitres: 120,
            route: 'intravenous',
            site: 'lateral tail vein',
          }),
          isoflurane(id, -6, 1.8),
        ],
      }
    }),
    events: mice.map((id) => graft(id, 'LNCaP', 'prostate cancer', 8)),
    dataset: {
      title: 'Gallium-68 PSMA-11 PET/CT of mice with LNCaP tumours',
      description:
        'Three SCID mice one hour after injection of [68Ga]Ga-PSMA-11, PET and CT as DICOM with injected activities and weights.',
      creators: ['rossi', 'ferreira', 'nair'],
    },
  }
}

function bone(): DemoStudy {
  const started = '2025-02-10'
  const mice = Array.from({ length: 6 }, (_, i) => `NAF-${i + 1}`)
  return {
    project: 'PSMA',
    body: {
      title: '[18F]NaF uptake of the skeleton in young and old mice',
      localId: 'PSMA-3',
      description: 'Three mice of 10 weeks and three of 60 weeks, static PET 75 min after injection.',
      studyType: 'exploratory',
      organs: [coded('anatomy', 'bone')],
      startDate: started,
    },
    contact: 'nair',
    complete: true,
    subjects: mice.map((localId, i) => ({
      localId,
      body: mouse({
        strain: 'C57BL/6J',
        sex: i % 2 ? 'F' : 'M',
        supplier: 'Charles River',
        geneticStatus: 'wild type',
        birthDate: day(started, i < 3 ? -70 : -420),
      }),
      ...(i === 0 && { alsoIn: ['PHENO' as const] }),
    })),
    visits: mice.map((id, i): DemoVisit => {
      const options = {
        seed: 1000 + i,
        tumourVolume: 0,
        tracer: 'NaF',
        uptakeMinutes: 75,
        activityMegabecquerel: 8,
      } as const
      const scan = (
        part: Pick<DemoScan, 'label' | 'number' | 'modality' | 'stem' | 'phantom' | 'minutes'>,
        resolution: number,
      ) => ({
        ...part,
        format: 'nifti.gz' as const,
        sidecar: true,
        options: { ...options, resolution },
        bodyPart: 'whole body',
      })
      return {
        label: `NaF, ${id}`,
        start: later(`${started}T08:45:00`, i * 40),
        instrument: 'nanoScan PET/CT',
        operator: 'ferreira',
        inVivo: 'in vivo',
        subjects: [id],
        scans: [
          scan(
            { label: 'CT', number: 1, modality: 'CT', stem: `${id}_ct.nii.gz`, phantom: 'mouse-ct', minutes: 0 },
            0.55,
          ),
          scan(
            {
              label: 'NaF, 75 min p.i.',
              number: 2,
              modality: 'PT',
              stem: `${id}_naf.nii.gz`,
              phantom: 'mouse-pet',
              minutes: 6,
            },
            0.75,
          ),
        ],
        events: [
          weight(id, -85, i < 3 ? 22 + i : 29 + i),
          injection({
            subject: id,
            agent: '[18F]NaF',
            minutes: -69,
            activityMegabecquerel: 8,
            volumeMicrolitres: 100,
            route: 'intravenous',
            site: 'lateral tail vein',
          }),
          isoflurane(id, -8),
        ],
      }
    }),
    events: [],
    dataset: {
      title: 'Sodium fluoride PET of the skeleton of young and old mice',
      description: 'Six C57BL/6J mice, static [18F]NaF PET with CT as NIfTI.',
      creators: ['rossi', 'nair'],
      sentByEditor: true,
    },
  }
}
