import { describe, expect, it } from 'vitest'
import { entity, type Entity } from '#ontology/entity.ts'
import { entities } from '#ontology/index.ts'
import { term } from '#ontology/values.ts'
import { Type, date, line, ref, type TProperties } from '#ontology/vocabulary.ts'
import { DocumentBuilder } from '#search/documents.ts'
import { Graph, type Rec } from '#search/graph.ts'
import { settingsOf, yearFacet } from '#search/settings.ts'
import { seriesView, views } from '#search/views.ts'

const when = (dateTime: string) => ({ dateTime, precision: 'minute' })
const mouse = { label: 'Mus musculus', codings: [{ scheme: 'NCBITaxon', code: '10090' }] }

/** One project: two animals, two days; tracer on both days, contrast agent on the second day only. */
const world = {
  Project: [
    {
      id: 'P',
      title: 'Uptake in glioma',
      licence: 'CC-BY-4.0',
      principalInvestigatorId: 'ada',
      keywords: [{ label: 'perfusion' }],
    },
  ],
  Study: [
    {
      id: 'T',
      title: 'Three weeks of glioma',
      projectId: 'P',
      disease: [{ label: 'glioblastoma' }],
      subjectIds: ['m1', 'm2'],
      startDate: '2025-02-01',
    },
  ],
  Subject: [
    {
      id: 'm1',
      localId: 'M-0412',
      kind: 'animal',
      projectIds: ['P', 'Q'],
      species: mouse,
      animal: { sex: 'F', strain: { label: 'C57BL/6J' } },
    },
    { id: 'm2', localId: 'M-0413', kind: 'animal', projectIds: ['P'], species: mouse, animal: { sex: 'M' } },
  ],
  ImagingSession: [
    {
      id: 's1',
      label: 'Day 7',
      studyId: 'T',
      projectId: 'P',
      instrumentId: 'petct',
      start: when('2025-03-01T09:00:00+01:00'),
    },
    {
      id: 's2',
      label: 'Day 14',
      studyId: 'T',
      projectId: 'P',
      instrumentId: 'petct',
      start: when('2025-03-08T09:00:00+01:00'),
    },
  ],
  ImageSeries: [
    {
      id: 'i1',
      label: 'FDG static',
      sessionId: 's1',
      studyId: 'T',
      projectId: 'P',
      modality: 'PT',
      subjectIds: ['m1'],
      pixels: 'ready',
      byteCount: 4096,
      acquiredAt: when('2025-03-01T10:30:00+01:00'),
    },
    {
      id: 'i2',
      label: 'Anatomy',
      sessionId: 's2',
      studyId: 'T',
      projectId: 'P',
      modality: 'CT',
      subjectIds: ['m1', 'm2'],
      pixels: 'none',
      byteCount: 1,
    },
  ],
  Event: [
    {
      id: 'e1',
      kind: 'agentAdministration',
      projectId: 'P',
      subjectId: 'm1',
      sessionId: 's1',
      agentAdministration: { agentId: 'fdg', route: { label: 'intravenous' } },
    },
    {
      id: 'e2',
      kind: 'agentAdministration',
      projectId: 'P',
      subjectId: 'm1',
      sessionId: 's2',
      agentAdministration: { agentId: 'iohexol', route: { label: 'intravenous' } },
    },
    {
      id: 'e3',
      kind: 'modelInduction',
      projectId: 'P',
      subjectId: 'm1',
      modelInduction: { modelType: 'cell-line graft', cellLine: { label: 'GL261' } },
    },
  ],
  Agent: [
    { id: 'fdg', name: '[18F]FDG', synonyms: ['fludeoxyglucose'], category: 'radiotracer', radionuclide: 'F-18' },
    { id: 'iohexol', name: 'Iohexol', category: 'contrast' },
  ],
  Instrument: [
    { id: 'petct', name: 'PET/CT 1', manufacturer: 'Siemens', model: 'Inveon', serialNumber: 'secret-number' },
  ],
  Person: [{ id: 'ada', givenName: 'Ada', familyName: 'Lovelace', email: 'ada@example.org' }],
}
const records = (of: Record<string, unknown[]> = world) =>
  new Map(Object.entries(of as unknown as Record<string, Rec[]>))
const settings = settingsOf(entities)
const builder = new DocumentBuilder(entities, settings)
const graph = new Graph(entities, records())
const documentOf = (type: string, id: string) => {
  const view = views.find((v) => v.type === type) ?? seriesView
  return builder.ofProject(view, graph.get(view.root, id) as Rec, graph, 'P')
}
const everything = (document: unknown) => JSON.stringify(document)

describe('settings of the search', () => {
  it('know every facet once, the leading ones first', () => {
    expect(new Set(settings.facets).size).toBe(settings.facets.length)
    expect(settings.facets.slice(0, 13)).toEqual([
      'Creator',
      'Keyword',
      'Modality',
      'Species',
      'Strain',
      'Sex',
      'Disease',
      'Organ',
      'Agent',
      'Radionuclide',
      'Cell line',
      'Instrument',
      yearFacet,
    ])
    expect(settings.weights).toEqual([3, 2, 1])
    expect(settings.dates).toEqual(expect.arrayContaining(['date', 'createdAt', 'updatedAt', 'publishedAt']))
    expect(settings.numbers).toContain('byteCount')
  })
})

describe('documents of a project', () => {
  it('of a series tell what was scanned, with what and what was given', () => {
    const document = documentOf('series', 'i1')
    expect(document).toMatchObject({
      id: 'ImageSeries:i1@P',
      record: 'ImageSeries:i1',
      type: 'series',
      scope: ['project:P', 'private'],
      label: 'FDG static',
      facets: {
        Modality: ['PT'],
        Species: ['Mus musculus'],
        Strain: ['C57BL/6J'],
        Sex: ['F'],
        Disease: ['glioblastoma'],
        Agent: ['[18F]FDG'],
        Radionuclide: ['F-18'],
        Route: ['intravenous'],
        'Cell line': ['GL261'],
        Instrument: ['PET/CT 1'],
        Keyword: ['perfusion'],
        Licence: ['CC-BY-4.0'],
        Year: ['2025'],
      },
      dates: { date: '2025-03-01T09:30:00.000Z' },
      numbers: { byteCount: 4096 },
      payload: {
        id: 'i1',
        title: 'FDG static',
        subtitle: 'Three weeks of glioma · M-0412 · Day 7',
        description: '[18F]FDG · PET/CT 1',
        modalities: ['PT'],
        pictureSeriesId: 'i1',
        projectId: 'P',
        studyId: 'T',
      },
    })
    const texts = Object.values(document.text).flat()
    for (const text of [
      'Three weeks of glioma',
      'M-0412',
      '10090',
      'mouse',
      'fludeoxyglucose',
      'PET',
      'Lovelace',
      'Siemens',
    ]) {
      expect(texts, text).toContain(text)
    }
  })
  it('of a series take the date of the session when they have none, and events of their session alone', () => {
    const document = documentOf('series', 'i2')
    expect(document.dates.date).toBe('2025-03-08T08:00:00.000Z')
    expect(document.facets.Agent).toEqual(['Iohexol'])
    expect(document.facets.Sex).toEqual(['F', 'M'])
    expect(document.payload).toMatchObject({
      pictureSeriesId: null,
      subtitle: 'Three weeks of glioma · M-0412, M-0413 · Day 14',
    })
  })
  it('of studies and projects have the facets of what is in them, not its text', () => {
    for (const document of [documentOf('study', 'T'), documentOf('project', 'P')]) {
      expect(document.facets).toMatchObject({ Modality: ['PT', 'CT'], Agent: ['[18F]FDG', 'Iohexol'], Sex: ['F', 'M'] })
      expect(everything(document.text)).toContain('C57BL/6J')
      expect(everything(document.text)).not.toMatch(/M-0412|FDG static|Day 7/)
      expect(document.payload).toMatchObject({ pictureSeriesId: 'i1' })
    }
  })
  it('of an animal tell its strain, what was given to it and how it was imaged', () => {
    const document = documentOf('subject', 'm1')
    expect(document.facets).toMatchObject({
      Modality: ['PT', 'CT'],
      Agent: ['[18F]FDG', 'Iohexol'],
      'Cell line': ['GL261'],
    })
    expect(document.payload).toMatchObject({ title: 'M-0412', subtitle: 'Mus musculus · C57BL/6J' })
  })
  it('never hold private fields that are not searched, nor another project', () => {
    for (const view of views) {
      for (const root of graph.all(view.root)) {
        const document = everything(builder.ofProject(view, root, graph, 'P'))
        expect(document).not.toMatch(/secret-number|ada@example\.org/)
        expect(document).not.toMatch(/"Q"|project:Q/)
      }
    }
  })
  it('of a shared animal are made once for each project, from its own records', () => {
    const q = new Graph(
      entities,
      records({
        Project: [{ id: 'Q', title: 'Hidden project' }],
        Study: [{ id: 'U', title: 'Hidden study', projectId: 'Q', disease: [{ label: 'stroke' }], subjectIds: ['m1'] }],
        Subject: world.Subject,
        Event: [
          {
            id: 'e9',
            kind: 'anaesthesia',
            projectId: 'Q',
            subjectId: 'm1',
            anaesthesia: { applied: true, agent: { label: 'urethane' } },
          },
        ],
      }),
    )
    const view = views.find((v) => v.type === 'subject') ?? seriesView
    const [inP, inQ] = [documentOf('subject', 'm1'), builder.ofProject(view, q.get('Subject', 'm1') as Rec, q, 'Q')]
    expect([inP.id, inQ.id]).toEqual(['Subject:m1@P', 'Subject:m1@Q'])
    expect(inP.record).toBe(inQ.record)
    expect(inQ.scope).toEqual(['project:Q', 'private'])
    expect(inQ.facets).toMatchObject({ Disease: ['stroke'], Anaesthetic: ['urethane'] })
    expect(everything(inP)).not.toMatch(/stroke|urethane|Hidden/)
    expect(everything(inQ)).not.toMatch(/glioblastoma|FDG|GL261/)
  })
})

describe('public documents', () => {
  const dataset = {
    id: 'D',
    projectId: 'P',
    title: 'Glucose in glioma',
    description: 'A public set.',
    licence: 'CC0-1.0',
    creators: [{ name: 'Ada Lovelace' }, { name: 'Grace Hopper' }],
    keywords: ['tumour metabolism'],
    publishedAt: '2025-06-01T12:00:00.000Z',
  }
  it('of a dataset tell who made it, when it was published and what is in it', () => {
    const document = builder.ofDataset(dataset, graph)
    expect(document).toMatchObject({
      id: 'Dataset:D',
      type: 'dataset',
      scope: ['public'],
      label: 'Glucose in glioma',
      facets: {
        Licence: ['CC0-1.0'],
        Creator: ['Ada Lovelace', 'Grace Hopper'],
        Keyword: ['tumour metabolism'],
        Modality: ['PT', 'CT'],
        Year: ['2025'],
      },
      dates: { date: '2025-06-01T12:00:00.000Z' },
      payload: {
        id: 'D',
        datasetId: 'D',
        subtitle: 'Ada Lovelace, Grace Hopper · Three weeks of glioma',
        description: 'A public set.',
      },
    })
    expect(everything(document.text)).toContain('Three weeks of glioma')
    expect(everything(document.text)).not.toContain('M-0412')
  })
  it('of a series name the dataset and have its licence', () => {
    const document = builder.ofPublicSeries(graph.get('ImageSeries', 'i1') as Rec, graph, dataset)
    expect(document).toMatchObject({
      record: 'PublicSeries:i1',
      scope: ['public'],
      unless: ['project:P', 'private'],
      facets: { Licence: ['CC0-1.0'], Creator: ['Ada Lovelace', 'Grace Hopper'], Modality: ['PT'] },
      payload: { datasetId: 'D' },
    })
    expect(document.payload).not.toHaveProperty('projectId')
    expect(everything(document.text)).toContain('Glucose in glioma')
  })
})

describe('a new field in a schema', () => {
  const extended = entities.map((e) => {
    if (e.name !== 'ImageSeries') return e
    const properties = {
      ...e.record.properties,
      fieldStrengthTesla: Type.Optional(Type.Number({ 'x-facet': 'Field strength', 'x-sort': true })),
      coil: Type.Optional(term('coils', { 'x-facet': 'Coil', 'x-search': 2 })),
      phase: Type.Optional(line({ 'x-search': 5 })),
      gated: Type.Optional(Type.Boolean({ 'x-facet': 'Gated' })),
      shimmedOn: Type.Optional(date({ 'x-sort': true })),
    } as TProperties
    return { ...e, record: { ...e.record, properties } } as unknown as Entity
  })
  const added = settingsOf(extended)

  it('is in the settings', () => {
    expect(added.facets).toEqual(expect.arrayContaining(['Field strength', 'Coil', 'Gated']))
    expect(added.weights).toEqual([5, 3, 2, 1])
    expect(added.numbers).toContain('Field strength')
    expect(added.dates).toContain('shimmedOn')
    expect(settings.facets).not.toContain('Coil')
  })
  it('is in the documents', () => {
    const series = {
      ...world.ImageSeries[0],
      fieldStrengthTesla: 9.4,
      coil: { label: 'mouse brain', codings: [{ scheme: 'X', code: 'coil-7' }] },
      phase: 'reverse',
      gated: true,
      shimmedOn: '2025-02-28',
    }
    const own = new Graph(extended, records({ ...world, ImageSeries: [series] }))
    const document = new DocumentBuilder(extended, added).ofProject(
      seriesView,
      own.get('ImageSeries', 'i1') as Rec,
      own,
      'P',
    )
    expect(document.facets).toMatchObject({ 'Field strength': ['9.4'], Coil: ['mouse brain'], Gated: ['yes'] })
    expect(document.text[2]).toContain('mouse brain')
    expect(document.text[5]).toEqual(['reverse'])
    expect(Object.values(document.text).flat()).toContain('coil-7')
    expect(document.numbers).toMatchObject({ 'Field strength': 9.4 })
    expect(document.dates).toMatchObject({ shimmedOn: '2025-02-28' })
  })
  it('of a new entity is followed by its reference', () => {
    const Coil = entity(
      {
        name: 'Coil',
        plural: 'coils',
        title: 'Coil',
        description: 'A coil.',
        term: 'schema:Product',
        label: 'name',
        scope: 'catalogue',
      },
      { name: line({ 'x-facet': 'Coil', 'x-search': 1 }) },
    ) as unknown as Entity
    const linked = entities.map((e) =>
      e.name === 'ImagingSession'
        ? ({
            ...e,
            record: { ...e.record, properties: { ...e.record.properties, coilId: ref('Coil') } },
          } as unknown as Entity)
        : e,
    )
    const all = [...linked, Coil]
    const own = new Graph(
      all,
      records({
        ...world,
        ImagingSession: [{ ...world.ImagingSession[0], coilId: 'c' }],
        Coil: [{ id: 'c', name: 'Cryo probe' }],
      }),
    )
    const view = {
      ...seriesView,
      steps: [...seriesView.steps, { from: 'ImagingSession', to: 'Coil', direction: 'refers' } as const],
    }
    const document = new DocumentBuilder(all, settingsOf(all)).ofProject(
      view,
      own.get('ImageSeries', 'i1') as Rec,
      own,
      'P',
    )
    expect(document.facets.Coil).toEqual(['Cryo probe'])
  })
})
