/** Studies of the project GLX with cameras: bioluminescence of the tumours, microscopy of the cultures before them. */
import { grown, nude } from './gliomaModel.ts'
import { graft, injection, isoflurane, mouse } from './events.ts'
import { coded, day, later, stamp } from './types.ts'
import type { DemoStudy, DemoVisit } from './types.ts'

/** Three mice in one picture, as the camera takes them. */
export function bioluminescence(): DemoStudy {
  const started = '2024-09-16'
  const cages = ['A', 'B'].map((cage) => [1, 2, 3].map((n) => `BLI-${cage}${n}`))
  return {
    project: 'GLX',
    body: {
      title: 'Bioluminescence of luciferase-expressing U-87 MG tumours',
      localId: 'GLX-3',
      description: 'Growth of U-87 MG-luc2 tumours seen by photon flux, two cages of three mice on five days.',
      studyType: 'exploratory',
      disease: [coded('diseases', 'glioblastoma')],
      startDate: started,
    },
    contact: 'watanabe',
    complete: true,
    subjects: cages.flat().map((localId, i) => ({
      localId,
      body: mouse({ ...nude, birthDate: day('2024-07-29', i % 2), earTag: String(2310 + i) }),
    })),
    visits: cages.flatMap((subjects, cage) =>
      [4, 8, 12, 16, 20].map((days): DemoVisit => ({
        label: `Day ${days}, cage ${'AB'[cage]}`,
        start: later(`${day(started, days)}T13:00:00`, cage * 25),
        instrument: 'IVIS',
        operator: 'brandt',
        inVivo: 'in vivo',
        subjects,
        placements: ['left', 'middle', 'right'].map((holder) => ({ posture: 'prone', holder })),
        scans: (['signal', 'photograph'] as const).map((part, n) => ({
          label: part === 'signal' ? 'Luminescence' : 'Photograph',
          number: n + 1,
          modality: 'OI',
          stem: `AB${day(started, days).replaceAll('-', '')}130000_00${cage + 1}`,
          format: 'ivis',
          phantom: 'bioluminescence',
          options: {
            seed: 700 + cage,
            tumourVolume: subjects.map((_, n) => grown(days, 9 + 4 * n + 2 * cage, cage === 1)),
            resolution: 0.5,
          },
          minutes: 0,
          bodyPart: 'whole body',
          click: {
            part,
            labels: {
              User: 'ab',
              Group: `cage ${'AB'[cage]}`,
              'Time Point': `day ${days}`,
              'Animal Number': subjects.join(', '),
              View: 'dorsal',
              'Cell Line': 'U-87 MG-luc2',
              Reporter: 'luc2',
            },
          },
        })),
        events: subjects.flatMap((subject) => [
          injection({
            subject,
            agent: 'D-luciferin',
            minutes: -12,
            dose: { value: 150, unit: 'mg/kg' },
            volumeMicrolitres: 200,
            route: 'intraperitoneal',
            site: 'abdomen',
          }),
          isoflurane(subject, -4, 2),
        ]),
      })),
    ),
    events: cages.flat().map((id) => graft(id, 'U-87MG ATCC', 'glioblastoma', 3)),
  }
}

const culture = (i: number): Record<string, unknown> => ({
  kind: 'cellCulture',
  species: coded('species', 'Homo sapiens'),
  cellCulture: {
    cellLine: coded('cellLines', 'U-87MG ATCC'),
    cultureType: 'monolayer',
    ...(i < 2 && { passage: 12 + i }),
    medium: 'DMEM, 10 % FBS',
    vessel: i < 6 ? '35 mm glass-bottom dish' : '24-well plate',
  },
})

/** Nobody wrote down the passages, and the microscope has no software version: not ready to be published. */
export function cultures(): DemoStudy {
  const started = '2024-02-20'
  const names = ['U87-P1', 'U87-P2', 'U87-P3', 'U87-P4', 'U87-luc-A', 'U87-luc-B']
  return {
    project: 'GLX',
    body: { title: 'U-87 MG cultures before implantation', localId: 'GLX-4', startDate: started },
    complete: false,
    subjects: [...names, 'Plate 1', 'Plate 2'].map((localId, i) => ({ localId, body: culture(i) })),
    visits: [
      ...names.map((id, i): DemoVisit => ({
        label: id,
        start: later(`${started}T10:00:00`, i * 1440),
        ...(i < 4 && { instrument: 'Culture microscope' }),
        inVivo: 'in vitro',
        subjects: [id],
        scans: [
          {
            label: 'DAPI, actin and Ki-67',
            number: 1,
            modality: 'SM',
            stem: `${id}_3ch.ome.tif`,
            format: 'ome-tiff',
            phantom: 'cells',
            options: { seed: 50 + i, resolution: 0.4 },
            minutes: 0,
          },
        ],
        events: [],
      })),
      ...[1, 2].map((n): DemoVisit => ({
        label: `Plate ${n}`,
        start: `${day(started, 6)}T15:00:00`,
        subjects: [`Plate ${n}`],
        scans: [
          {
            label: 'Plate overview',
            number: 1,
            modality: 'SM',
            stem: `plate${n}.tif`,
            format: 'tiff',
            phantom: 'well-plate',
            options: { seed: 90 + n, resolution: 0.7 },
            minutes: 0,
          },
        ],
        events: [],
      })),
    ],
    events: [],
    note: { path: 'cell count.txt', text: `Counted on ${stamp(started).dateTime.slice(0, 10)}: 4.1e6 viable, 96 %.\n` },
  }
}
