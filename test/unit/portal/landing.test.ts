import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../../portal/app/contract.ts'
import { jsonLdText } from '../../../portal/app/landing/jsonLdText.ts'
import { filesShown, seriesViews, subjectViews } from '../../../portal/app/landing/landing.server.ts'
import { snapshotOfSeries } from '../../../portal/app/landing/live.server.ts'

const at = (dateTime: string, precision = 'minute') => ({ dateTime, precision })

const snapshot = {
  subjects: [
    {
      id: 'M1',
      kind: 'animal',
      localId: 'M-0412',
      species: {
        label: 'Mus musculus',
        codings: [{ scheme: 'NCBITaxon', code: '10090', iri: 'http://purl.obolibrary.org/obo/NCBITaxon_10090' }],
      },
      animal: { sex: 'F', strain: { label: 'C57BL/6J' }, birthDate: '2025-01-03' },
      phantom: { model: 'has no meaning for an animal' },
    },
    { id: 'P1', kind: 'phantom', localId: 'NEMA', phantom: { model: 'NU 4-2008' } },
  ],
  agents: [{ id: 'A1', name: '[18F]FDG' }],
  instruments: [{ id: 'I1', name: 'PET/CT 1', manufacturer: 'Siemens', model: 'Inveon' }],
  sessions: [
    { id: 'S1', label: 'Day 7', start: at('2025-03-14T10:30:00+01:00'), instrumentId: 'I1', inVivo: 'in vivo' },
    { id: 'S2', label: 'Later', start: at('2025-03-15', 'day') },
  ],
  series: [
    {
      id: 'X1',
      sessionId: 'S1',
      label: 'FDG',
      subjectIds: ['M1'],
      role: 'raw',
      format: 'dicom',
      pixels: 'ready',
      fileCount: 70,
      byteCount: 9,
    },
    {
      id: 'X2',
      sessionId: 'S2',
      label: 'CT',
      subjectIds: ['P1'],
      role: 'raw',
      format: 'dicom',
      pixels: 'failed',
      fileCount: 0,
      byteCount: 0,
    },
  ],
  files: Array.from({ length: 70 }, (_, n) => ({
    id: `F${n}`,
    seriesId: 'X1',
    path: `a/${n}`,
    byteCount: n,
    sha256: '00',
  })),
  events: [
    {
      id: 'E2',
      kind: 'agentAdministration',
      subjectId: 'M1',
      start: at('2025-03-14T09:30:00+01:00'),
      agentAdministration: { agentId: 'A1', purpose: 'imaging', activity: { value: 9.85, unit: 'MBq' } },
    },
    {
      id: 'E1',
      kind: 'measurement',
      subjectId: 'M1',
      start: at('2025-03-14T08:00:00Z', 'minute'),
      measurement: { what: 'body weight', value: { value: 24.3, unit: 'g' } },
    },
  ],
} as unknown as Snapshot

describe('subjects of a landing page', () => {
  const [mouse, phantom] = subjectViews(snapshot)

  it('says what they are, with codes', () => {
    expect(mouse!.summary).toBe('Mus musculus, C57BL/6J, female')
    expect(phantom!.summary).toBe('NU 4-2008')
    expect(mouse!.facts).toContainEqual({
      label: 'Species',
      text: 'Mus musculus',
      code: { text: 'NCBITaxon:10090', href: 'http://purl.obolibrary.org/obo/NCBITaxon_10090' },
    })
    expect(mouse!.facts.map(({ text }) => text)).not.toContain('has no meaning for an animal')
  })

  it('puts events and imaging on one timeline, in order of the instants', () => {
    expect(mouse!.timeline.map(({ title }) => title)).toEqual([
      'Body weight: 24.3 g',
      '[18F]FDG given',
      'Imaging: Day 7',
    ])
    const imaging = mouse!.timeline[2]!
    expect(imaging.context).toBe('70 days old; 60 min after [18F]FDG')
    expect(imaging.facts).toContainEqual({ label: 'Instrument', text: 'PET/CT 1 (Siemens Inveon)' })
    expect(mouse!.timeline[1]!.facts).toContainEqual({ label: 'Injected activity', text: '9.85 MBq' })
  })

  it('gives no time since an injection for a day without a clock time', () => {
    expect(phantom!.timeline.map(({ context }) => context)).toEqual([''])
  })
})

describe('series of a landing page', () => {
  it('shows the first files and counts all', () => {
    const [first, second] = seriesViews(snapshot)
    expect(first!.files).toHaveLength(filesShown)
    expect(first!.fileCount).toBe(70)
    expect(first!.viewable).toBe(true)
    expect(second!.viewable).toBe(false)
  })

  it('takes only what belongs to one series', () => {
    const part = snapshotOfSeries(snapshot, 'X2')
    expect(part.subjects!.map(({ id }) => id)).toEqual(['P1'])
    expect(part.events).toEqual([])
    expect(part.files).toEqual([])
  })
})

describe('machine-readable parts', () => {
  it('keeps JSON-LD inside its script', () => {
    const document = { name: '</script><img src=x onerror=alert(1)><!--', other: '\u2028\u2029' }
    const text = jsonLdText(document)
    expect(text).not.toMatch(/[<\u2028\u2029]/)
    expect(JSON.parse(text)).toEqual(document)
  })
})
