/** Tables of a study: rows from a grid, files both ways, imports that are planned, written and taken back. */
import { writeXlsx, readXlsx } from 'hucre/xlsx'
import { parseCsv } from 'hucre/csv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type TestSite } from '../help/app.ts'
import { makeWorld, type World } from '../help/world.ts'

let site: TestSite
let world: World
const zone = 'Europe/Berlin'

beforeAll(async () => {
  site = await openSite()
  await site.ctx.jobs.start(site.ctx)
  world = await makeWorld(site)
})
afterAll(() => site.close())

const table = (name: string) => `studies/${world.p.studyId}/tables/${name}`
const rows = async (name: string) => (await world.editor.get(`${table(name)}/rows?zone=${zone}`)).json()
const enter = (name: string, given: unknown[], more: object = {}) =>
  world.editor.post(`${table(name)}/rows`, { zone, rows: given, ...more })

/** Sends a file and waits for its plan. */
async function plan(name: string, file: string | Uint8Array, type = 'text/csv') {
  const answer = await site.app.inject({
    method: 'POST',
    url: `/api/v1/${table(name)}/imports?zone=${zone}&name=mice.csv`,
    headers: { ...world.editor.headers, 'content-type': type },
    payload: Buffer.from(file as Uint8Array),
  })
  if (answer.statusCode !== 202) return answer.json()
  return settled(answer.json().id)
}
async function settled(id: string) {
  await site.ctx.jobs.idle()
  return (await world.editor.get(`table-imports/${id}`)).json()
}
const rowsOf = async (id: string, outcome = '') =>
  (await world.editor.get(`table-imports/${id}/rows${outcome && `?outcome=${outcome}`}`)).json().items
const write = async ({ id, version }: { id: string; version: number }, body: object = {}) => {
  const answer = await world.editor.post(`table-imports/${id}/write`, body, { 'if-match': `"${version}"` })
  return answer.statusCode === 202 ? settled(id) : answer.json()
}

describe('rows from a grid', () => {
  it('are entered with terms, units and times read, all or none', async () => {
    const bad = await enter('subjects.animal', [
      { cells: { localId: 'G-1', 'animal.sex': 'F', species: 'mouse', 'animal.birthDate': '2025-01-10' } },
      { cells: { localId: 'G-2', 'animal.sex': 'boy' } },
      { cells: { localId: 'G-1', 'animal.sex': 'M' } },
    ])
    expect(bad.json()).toMatchObject({ saved: false })
    expect(bad.json().rows.map((row: { outcome: string }) => row.outcome)).toEqual(['refused', 'refused', 'refused'])
    expect(bad.json().rows[1].problems[0]).toMatchObject({ pointer: 'animal.sex' })
    expect(bad.json().rows[2].problems[0]).toMatchObject({
      pointer: 'localId',
      message: expect.stringContaining('already a subject “G-1”'),
    })
    expect(
      (await rows('subjects.animal')).items.map(({ cells }: never) => (cells as { localId: string }).localId),
    ).not.toContain('G-1')

    const good = await enter('subjects.animal', [
      { cells: { localId: 'G-1', 'animal.sex': 'female', species: 'mouse', 'animal.birthDate': '10.1.2025' } },
      { cells: { localId: 'G-2', 'animal.sex': 'M', species: 'mouse', 'animal.strain': 'black 6' } },
    ])
    expect(good.json()).toMatchObject({ saved: true, rows: [{ outcome: 'added', version: 1 }, { outcome: 'added' }] })
    const subject = (await world.editor.get(`subjects/${good.json().rows[0].id}`)).json()
    expect(subject).toMatchObject({
      localId: 'G-1',
      kind: 'animal',
      species: { label: 'Mus musculus', codings: [{ code: '10090' }, {}] },
      animal: { sex: 'F', birthDate: '2025-01-10' },
    })
    // They take part in the study, are in the history, and are found.
    expect((await world.editor.get(`studies/${world.p.studyId}`)).json().subjectIds).toContain(subject.id)
    expect((await world.editor.get(`subjects/${subject.id}/history`)).json().items).toHaveLength(1)
  })

  it('never overwrite what another tab saved', async () => {
    const [row] = (await rows('subjects.animal')).items.filter(
      ({ cells }: never) => (cells as { localId: string }).localId === 'G-1',
    )
    const mine = { id: row.id, version: row.version, cells: { ...row.cells, 'animal.supplier': 'Mine' } }
    const theirs = { id: row.id, version: row.version, cells: { ...row.cells, 'animal.supplier': 'Theirs' } }
    expect((await enter('subjects.animal', [theirs])).json()).toMatchObject({ saved: true, rows: [{ version: 2 }] })
    expect((await enter('subjects.animal', [mine])).json()).toMatchObject({
      saved: false,
      rows: [{ outcome: 'refused', version: 2, problems: [{ message: expect.stringContaining('in the meantime') }] }],
    })
    // Nothing changes, nothing is refused: the row that came back as it is.
    const [now] = (await rows('subjects.animal')).items.filter(({ id }: never) => id === row.id)
    expect(now.cells['animal.supplier']).toBe('Theirs')
    expect((await enter('subjects.animal', [now])).json()).toMatchObject({
      saved: true,
      rows: [{ outcome: 'untouched' }],
    })
  })

  it('that describe events name their animals and catch what cannot be', async () => {
    const weight = (value: string, subjectId = 'G-1') => ({
      cells: { subjectId, start: '2025-03-14 10:30', 'measurement.what': 'body weight', 'measurement.value': value },
    })
    const bad = (
      await enter('events.measurement', [
        weight('5 kg'),
        weight('0,0213'),
        weight('21 MBq'),
        weight('21 stone'),
        weight('=cmd|calc'),
        weight('21 g', 'M-404'),
      ])
    ).json()
    expect(bad.saved).toBe(false)
    expect(bad.rows.map((row: { problems: { message: string }[] }) => row.problems[0]?.message)).toEqual([
      expect.stringContaining('cannot be the weight of Mus musculus'),
      expect.stringContaining('cannot be the weight of Mus musculus'),
      expect.stringContaining('is a unit of'),
      expect.stringContaining('Nobody here knows the unit “stone”'),
      expect.stringContaining('is a formula'),
      expect.stringContaining('There is no “M-404”'),
    ])
    expect((await enter('events.measurement', [weight('21,3')])).json()).toMatchObject({ saved: true })
    const planned = (await enter('events.measurement', [weight('22')], { plan: true })).json()
    expect(planned).toMatchObject({ saved: false, rows: [{ outcome: 'added' }] })
    const own = (await rows('events.measurement')).items
    expect(own.map(({ cells }: { cells: object }) => cells)).toEqual([
      { subjectId: 'G-1', start: '2025-03-14 10:30', 'measurement.what': 'body weight', 'measurement.value': 21.3 },
    ])
  })

  it('are not for everybody', async () => {
    const given = { rows: [{ cells: { localId: 'X', 'animal.sex': 'F' } }] }
    expect((await world.viewer.post(`${table('subjects.animal')}/rows`, given)).statusCode).toBe(403)
    expect((await world.stranger.post(`${table('subjects.animal')}/rows`, given)).statusCode).toBe(404)
    expect((await world.editor.get(`${table('subjects.unicorn')}/rows`)).statusCode).toBe(404)
    expect((await enter('subjects.animal', [{ cells: { cheese: 'x' } }])).json().errors[0].message).toContain(
      '“cheese”',
    )
    expect((await world.editor.get(`${table('subjects.animal')}/rows?zone=Mars`)).statusCode).toBe(422)
  })
})

describe('files', () => {
  it('go out, are edited, and come back as a plan of differences', async () => {
    const csv = (await world.editor.get(`${table('subjects.animal')}/file?format=csv&zone=${zone}`)).body
    const lines = parseCsv(csv, { skipBom: true }) as string[][]
    expect(lines[0]?.slice(0, 4)).toEqual(['Record id', 'Record version', 'Name in the laboratory', 'Sex'])
    const supplier = lines[0]!.indexOf('Supplier')
    const edited = lines.map((line) => (line[2] === 'G-2' ? line.with(supplier, 'New breeder') : line))
    const blank = lines[0]!.map(() => '')
    edited.push(blank.with(2, 'G-3').with(3, 'm'), blank.with(2, 'G-4').with(3, 'purple'))
    const text = edited
      .map((line) => line.map((cell) => `"${(cell ?? '').replaceAll('"', '""')}"`).join(','))
      .join('\r\n')
    const planned = await plan('subjects.animal', text)
    expect(planned).toMatchObject({
      state: 'planned',
      counts: { added: 1, changed: 1, untouched: lines.length - 2, refused: 1 },
    })
    expect(await rowsOf(planned.id, 'changed')).toMatchObject([
      { label: 'G-2', changes: [{ key: 'animal.supplier', label: 'Supplier', before: '', after: 'New breeder' }] },
    ])
    const [refused] = await rowsOf(planned.id, 'refused')
    expect(refused.problems).toMatchObject([
      { label: 'Sex', cell: `D${edited.length}`, message: expect.stringContaining('one of: M, F') },
    ])
    // Only the refused rows, as they were sent, with the reason.
    const errors = await readXlsx(
      (await site.app.inject({ url: `/api/v1/table-imports/${planned.id}/errors`, headers: world.editor.headers }))
        .rawPayload,
    )
    expect(errors.sheets[0]?.rows).toHaveLength(2)
    expect(errors.sheets[0]?.rows[1]?.at(-1)).toContain('“purple”')

    expect(await write(planned)).toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining('1 rows are refused'),
    })
    const written = await write(planned, { skipRefused: true })
    expect(written).toMatchObject({ state: 'written', counts: { added: 1, changed: 1 } })
    const after = (await rows('subjects.animal')).items
    expect(after.find(({ cells }: never) => (cells as { localId: string }).localId === 'G-3')).toMatchObject({
      cells: { 'animal.sex': 'M' },
    })
    const changed = (
      await world.editor.get(
        `subjects/${after.find(({ cells }: never) => (cells as { localId: string }).localId === 'G-2').id}`,
      )
    ).json()
    expect(changed.sources).toEqual([
      { field: 'animal.supplier', source: 'import', evidence: expect.stringMatching(/^mice.csv, row \d+$/) },
    ])

    // Sent once more, there is nothing to do.
    expect((await plan('subjects.animal', text)).counts).toMatchObject({ added: 0, changed: 0 })

    await world.editor.post(`table-imports/${planned.id}/undo`)
    expect(await settled(planned.id)).toMatchObject({ state: 'undone', counts: { added: 1, changed: 1, kept: 0 } })
    const undone = (await rows('subjects.animal')).items
    expect(undone.some(({ cells }: never) => (cells as { localId: string }).localId === 'G-3')).toBe(false)
    expect(undone.find(({ id }: never) => id === changed.id).cells).not.toHaveProperty('animal.supplier')
  })

  it('that are UTF-16 with semicolons and decimal commas are read right', async () => {
    const text =
      'Maus;Datum;What;Gewicht (g)\r\nG-1;15.03.2025 09:00;body weight;20,7\r\nG-2;45731;body weight;1.021,5\r\n'
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])
    const planned = await plan('events.measurement', bytes)
    // "Maus" is nobody's header here: a person says once what it is.
    expect(planned.meanings).toEqual([
      { key: null },
      { key: 'start' },
      { key: 'measurement.what' },
      { key: 'measurement.value', unit: 'g' },
    ])
    const meanings = [{ key: 'subjectId' }, ...planned.meanings.slice(1)]
    const put = await site.app.inject({
      method: 'PUT',
      url: `/api/v1/table-imports/${planned.id}/layout`,
      headers: { ...world.editor.headers, 'if-match': `"${planned.version}"` },
      payload: { meanings },
    })
    expect(put.statusCode).toBe(202)
    expect(await settled(planned.id)).toMatchObject({ state: 'planned', counts: { added: 1, refused: 1 } })
    const told = await rowsOf(planned.id)
    expect(told[0]).toMatchObject({ outcome: 'added', problems: [] })
    expect(told[1].problems.map(({ message }: { message: string }) => message)).toEqual([
      expect.stringContaining('1021.5 g cannot be the weight'),
      '45731 was read as 2025-03-15.',
    ])
    // The next file of this layout needs no person.
    expect((await plan('events.measurement', bytes)).meanings).toEqual(meanings)
  })

  it('with two rows of one animal or ear tag, a formula, or an unknown unit are refused in those rows', async () => {
    const planned = await plan(
      'subjects.animal',
      'animal id,sex,Other identifiers\nD-1,F,412\nD-1,F,413\nD-2,F,412\n"=HYPERLINK(""http://x"")",F,1\n',
    )
    expect(planned.counts).toMatchObject({ added: 1, refused: 3 })
    expect(
      (await rowsOf(planned.id, 'refused')).map((row: { problems: { message: string }[] }) => row.problems[0]?.message),
    ).toEqual([
      'Row 2 already has the same name in the laboratory “D-1”. Keep one of them.',
      'Row 2 already has the same eartag “412”. Keep one of them.',
      expect.stringContaining('is a formula'),
    ])
  })

  it('of Excel come as templates with drop-downs and are read with their dates', async () => {
    const template = await site.app.inject({
      url: `/api/v1/${table('subjects.animal')}/file?empty=true`,
      headers: world.editor.headers,
    })
    const book = await readXlsx(template.rawPayload)
    expect(book.sheets.map(({ name }) => name)).toEqual(['Animals', 'Help', 'Lists'])
    expect(book.sheets[0]?.rows[0]?.slice(0, 2)).toEqual(['Name in the laboratory', 'Sex'])
    expect(book.sheets[0]?.dataValidations?.length).toBeGreaterThan(3)
    const file = await writeXlsx({
      sheets: [
        {
          name: 'Mice',
          columns: [{}, {}, { numFmt: 'dd.mm.yyyy' }],
          rows: [
            ['Name in the laboratory', 'Sex', 'Born'],
            ['X-1', 'F', new Date('2025-02-01T00:00:00Z')],
          ],
        },
      ],
    })
    const planned = await plan('subjects.animal', file, 'application/octet-stream')
    expect(await write(planned)).toMatchObject({ state: 'written' })
    const own = (await rows('subjects.animal')).items.find(
      ({ cells }: never) => (cells as { localId: string }).localId === 'X-1',
    )
    expect(own.cells['animal.birthDate']).toBe('2025-02-01')
  })

  it('cannot carry a formula out', async () => {
    const made = await world.editor.make('subjects', {
      localId: '=1+1',
      projectIds: [world.p.projectId],
      animal: { sex: 'F' },
    })
    const study = (await world.editor.get(`studies/${world.p.studyId}`)).json()
    await world.editor.patch(`studies/${study.id}`, { subjectIds: [...study.subjectIds, made.id] }, study.version)
    const csv = (await world.editor.get(`${table('subjects.animal')}/file?format=csv`)).body
    expect(csv).toContain(",'=1+1,")
  })

  it.each([
    ['nothing', '', 'empty'],
    ['an old workbook', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0, 0]), 'Save it as .xlsx'],
    ['half a workbook', Buffer.from('PK\x03\x04 and then nothing'), 'damaged'],
    ['a character that cannot be kept', 'Name\na\0b\n', 'U+0000'],
  ])('that are %s are refused with what to do', async (_what, file, words) => {
    expect((await plan('subjects.animal', file)).detail).toContain(words)
  })

  it('of series change them but make none', async () => {
    const planned = await plan(
      'series',
      'label,Body part,Quality\nPET P quokka,brain,good\nNo such series,brain,good\n',
    )
    expect(planned.counts).toMatchObject({ changed: 1, refused: 1 })
    expect((await rowsOf(planned.id, 'refused'))[0].problems[0].message).toContain('Series come with their images')
  })
})

describe('templates', () => {
  it('are kept by project and table, and replaced by name', async () => {
    const path = `projects/${world.p.projectId}/entry-templates`
    const given = { table: 'events.agentAdministration', name: 'FDG', cells: { 'agentAdministration.agentId': 'FDG' } }
    await world.editor.make(path, given)
    const again = await world.editor.make(path, { ...given, cells: { 'agentAdministration.activity': '5 MBq' } })
    expect((await world.viewer.get(path)).json().items).toEqual([again])
    expect((await world.editor.post(path, { ...given, cells: { cheese: 'x' } })).statusCode).toBe(422)
    expect((await world.viewer.delete(`${path}/${again.id}`)).statusCode).toBe(403)
    expect((await world.editor.delete(`${path}/${again.id}`)).statusCode).toBe(204)
  })
})
