/** Tables of the entities: layout from the schema, cells both ways, what people type. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../ontology/path.ts'
import { readCell, writeCell, type Cell, type Reading } from '../../ontology/table/cells.ts'
import { columnsOf, headerOf, tableNamed, tables, type Column } from '../../ontology/table/columns.ts'
import { meaningsOf } from '../../ontology/table/headers.ts'
import { readNumber } from '../../ontology/table/numbers.ts'
import { enterRow, readRow, writeRow } from '../../ontology/table/rows.ts'
import { readTime, stampOf, stampText } from '../../ontology/table/times.ts'
import { vocabularies } from '../../ontology/terms.ts'

const mouse = '01ARZ3NDEKTSV4RRFFQ69G5FAV'
const lookup: Reading['lookup'] = {
  find: (_entity, text) => (text === 'M-1' ? [mouse] : text === 'twins' ? ['a', 'b'] : []),
  label: (_entity, id) => (id === mouse ? 'M-1' : undefined),
}
const reading: Reading = { zone: 'Europe/Berlin', lookup }
const columns = (name: string) => columnsOf(tableNamed(name)!)
const column = (name: string, key: string): Column => columns(name).find((one) => one.key === key)!
const read = (name: string, key: string, cell: Cell, more: Partial<Reading> = {}) =>
  readCell(column(name, key), cell, { ...reading, ...more })
const problem = (name: string, key: string, cell: Cell) => (read(name, key, cell) as { problem?: string }).problem

describe('layout', () => {
  it('has a column for each value that a person may enter, those needed to save first', () => {
    const keys = columns('subjects.animal').map(({ key }) => key)
    expect(keys.slice(0, 2)).toEqual(['localId', 'animal.sex'])
    expect(keys).toContain('species')
    expect(keys).toContain('animal.birthDate')
    expect(keys).toContain('otherIds')
    expect(keys.some((key) => /^(kind|projectIds|id|version|nullReasons|phantom|cellCulture)\b/.test(key))).toBe(false)
    expect(headerOf(column('events.agentAdministration', 'agentAdministration.activity'))).toBe(
      'Injected activity (MBq)',
    )
  })

  it('gives every table distinct keys and labels that find their column again', () => {
    for (const table of tables) {
      const own = columnsOf(table)
      expect(new Set(own.map(({ key }) => key)).size).toBe(own.length)
      for (const [n, meaning] of meaningsOf(own.map(headerOf), own).entries()) {
        expect(meaning.key, `${table.name}: ${headerOf(own[n]!)}`).toBe(own[n]!.key)
      }
    }
  })

  it('knows what other people write above their columns', () => {
    const subjects = columns('subjects.animal')
    const keys = (headers: string[], own = subjects) => meaningsOf(headers, own).map(({ key }) => key)
    expect(keys(['participant_id', 'sex', 'strain', 'DOB', 'Favourite cheese'])).toEqual([
      'localId',
      'animal.sex',
      'animal.strain',
      'animal.birthDate',
      null,
    ])
    const given = meaningsOf(
      ['Mouse', 'Volume [mL]', 'activity_uCi', 'Dose', 'Dose unit'],
      columns('events.agentAdministration'),
    )
    expect(given).toEqual([
      { key: 'subjectId' },
      { key: 'agentAdministration.volume', unit: 'mL' },
      { key: 'agentAdministration.activity', unit: 'uCi' },
      { key: 'agentAdministration.dose' },
      { key: 'agentAdministration.dose', part: 'unit' },
    ])
  })
})

describe('numbers', () => {
  it.each([
    ['21.3', undefined, 21.3],
    ['21,3', undefined, 21.3],
    ['1.234,5', undefined, 1234.5],
    ['1,234.5', undefined, 1234.5],
    ['1 234,5', true, 1234.5],
    ['1,234', true, 1.234],
    ['1,234', false, 1234],
    ['−3', undefined, -3],
    ['2e3', undefined, 2000],
  ])('%s with decimal comma %s is %s', (text, comma, value) => {
    expect(readNumber(text, comma)).toEqual({ value, rest: '' })
  })

  it('does not guess between a decimal comma and a grouping one', () => {
    expect(readNumber('1,234')).toEqual({ problem: expect.stringContaining('1234 or 1.234') })
    expect(readNumber('weight')).toBeNull()
  })
})

describe('times', () => {
  it.each([
    ['2025-03-14', '2025-03-14T00:00:00+01:00', 'day'],
    ['14.3.2025 10:30', '2025-03-14T10:30:00+01:00', 'minute'],
    ['2025-07-14 10:30:05', '2025-07-14T10:30:05+02:00', 'second'],
    ['2025-03-14 10h', '2025-03-14T10:00:00+01:00', 'hour'],
    ['2025-03-14T10:30:00-05:00', '2025-03-14T10:30:00-05:00', 'second'],
    ['20250314', '2025-03-14T00:00:00+01:00', 'day'],
    ['45730', '2025-03-14T00:00:00+01:00', 'day'],
    ['45730.4375', '2025-03-14T10:30:00+01:00', 'minute'],
    ['3/14/2025 2:05 pm', '2025-03-14T14:05:00+01:00', 'minute'],
  ])('%s', (text, dateTime, precision) => {
    const time = readTime(text)
    if ('problem' in time) throw new Error(time.problem)
    expect(stampOf(time, 'Europe/Berlin')).toEqual({ dateTime, precision })
  })

  it.each([
    ['04/03/2025', 'two different days'],
    ['14.03.25', 'two digits'],
    ['30.02.2025', 'calendar'],
    ['yesterday', 'not a date'],
  ])('%s is refused', (text, words) => {
    expect(readTime(text)).toEqual({ problem: expect.stringContaining(words) })
  })

  it('reads back what it writes, in summer and in winter', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'UTC']
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1990-01-01'), max: new Date('2039-12-31'), noInvalidDate: true }),
        fc.constantFrom('day', 'minute', 'second'),
        fc.constantFrom(...zones),
        (date, precision, zone) => {
          const stamp = { dateTime: date.toISOString().slice(0, 19) + 'Z', precision } as const
          const text = stampText(stamp, zone)
          const again = readTime(text)
          if ('problem' in again) throw new Error(again.problem)
          expect(stampText(stampOf(again, zone), zone)).toBe(text)
        },
      ),
    )
  })
})

describe('cells that are wrong are named for a technician', () => {
  const event = 'events.agentAdministration'
  it.each([
    ['subjects.animal', 'localId', "=cmd|' /C calc'!A0", 'is a formula'],
    ['subjects.animal', 'localId', '@SUM(1+1)', 'is a formula'],
    ['subjects.animal', 'animal.sex', 'boy', 'one of: M, F, other, unknown'],
    [event, 'agentAdministration.activity', '5 g', 'is a unit of mass'],
    [event, 'agentAdministration.activity', '5 bananas', 'Nobody here knows the unit “bananas”'],
    [event, 'agentAdministration.activity', 'much', 'not a number with a unit'],
    [event, 'subjectId', 'M-404', 'There is no “M-404” for “Subject”'],
    [event, 'subjectId', 'twins', 'may be 2 different'],
    ['events.anaesthesia', 'anaesthesia.applied', 'perhaps', 'neither yes nor no'],
  ])('%s %s %s', (table, key, cell, words) => {
    expect(problem(table, key, cell)).toContain(words)
  })
})

describe('cells that are right', () => {
  it('takes units in the cell, in the header or beside it, and converts those of the same dimension', () => {
    const activity = column('events.agentAdministration', 'agentAdministration.activity')
    const value = (cell: Cell, unit?: string) => (readCell(activity, cell, reading, unit) as { value: object }).value
    expect(value(5.2)).toEqual({ value: 5.2, unit: 'MBq' })
    expect(value('140 µCi')).toEqual({ value: 140, unit: 'uCi' })
    expect(value('140', 'µCi')).toEqual({ value: 140, unit: 'uCi' })
    expect(value('5200000 Bq')).toMatchObject({ value: 5.2, unit: 'MBq' })
  })

  it('finds terms by label, synonym and code, and keeps others with a note', () => {
    expect(read('subjects.animal', 'species', 'mouse')).toMatchObject({
      value: { label: 'Mus musculus', codings: [{ scheme: 'NCBITaxon' }, { scheme: 'SCT' }] },
    })
    expect(read('subjects.animal', 'species', '10090')).toMatchObject({ value: { label: 'Mus musculus' } })
    expect(read('subjects.animal', 'species', 'Unicorn')).toEqual({
      value: { label: 'Unicorn' },
      note: expect.stringContaining('not in the list'),
    })
  })

  it('reads why a cell is empty', () => {
    expect(read('subjects.animal', 'animal.birthDate', 'not recorded')).toEqual({ reason: 'notRecorded' })
    expect(read('subjects.animal', 'animal.birthDate', 'n/a')).toEqual({ empty: true })
    // A choice of the list is a value.
    expect(read('subjects.animal', 'animal.sex', 'unknown')).toEqual({ value: 'unknown' })
    expect(read('subjects.animal', 'animal.sex', 'female')).toEqual({ value: 'F' })
  })

  it('reads several values', () => {
    expect(read('subjects.animal', 'otherIds', '412; RFID: 0939')).toEqual({
      value: [
        { type: 'eartag', value: '412' },
        { type: 'RFID', value: '0939' },
      ],
    })
  })
})

/** A value for a column, as a record holds it. */
function valueFor({ kind, options, units, vocabulary, node }: Column): fc.Arbitrary<unknown> {
  const words = fc.stringMatching(/^[A-Z][a-z]{3,8} [a-z]{2,6}$/)
  const listed = vocabularies.get(vocabulary ?? '')?.terms ?? [{ label: 'of no list', codings: undefined }]
  const term = fc.constantFrom(...listed).map(({ label, codings }) => ({ label, ...(codings && { codings }) }))
  const number = fc.integer({ min: 1, max: 10_000 }).map((n) => (node.type === 'integer' ? n : n / 8))
  switch (kind) {
    case 'number':
      return number
    case 'quantity':
      return fc.record({ value: number, unit: fc.constantFrom(...(units ?? [])) })
    case 'boolean':
      return fc.boolean()
    case 'enum':
      return fc.constantFrom(...(options ?? []))
    case 'date':
      return fc.constant('2025-03-14')
    case 'when':
      return fc.constant({ dateTime: '2025-03-14T10:30:00+01:00', precision: 'minute' })
    case 'term':
      return term
    case 'terms':
      return fc.array(term, { minLength: 1, maxLength: 3 })
    case 'reference':
      return fc.constant(mouse)
    case 'references':
      return fc.constant([mouse])
    case 'enums':
      return fc.constant([...(node.items?.enum ?? [])].slice(0, 2))
    case 'strings':
      return fc.array(words, { minLength: 1, maxLength: 3 })
    case 'objects':
      return fc.constant([{ type: node.items?.properties?.type?.enum?.[0], value: '412' }])
    default:
      return words
  }
}

describe('rows', () => {
  it.each(tables.map((table) => [table.name, table] as const))(
    '%s: cells read back as they were written',
    (_n, table) => {
      for (const one of columnsOf(table)) {
        fc.assert(
          fc.property(valueFor(one), (value) => {
            const cell = writeCell(one, value, reading)
            expect(readCell(one, cell, reading), one.key).toMatchObject({ value })
            // What a text file holds is text.
            expect(readCell(one, String(cell), reading), one.key).toMatchObject({ value })
          }),
          { numRuns: 20 },
        )
      }
    },
  )

  it('leaves a record as it is when its own row comes back, and changes what was edited', () => {
    const table = tableNamed('events.agentAdministration')!
    const own = columnsOf(table)
    const before: Json = {
      kind: 'agentAdministration',
      projectId: mouse,
      subjectId: mouse,
      start: { dateTime: '2025-03-14T04:30:00-05:00', precision: 'minute' },
      agentAdministration: {
        agentId: mouse,
        purpose: 'imaging',
        route: { label: 'intravenous', codings: [{ scheme: 'X', code: '1' }] },
        activity: { value: 140, unit: 'uCi' },
      },
      nullReasons: [{ field: 'agentAdministration.volume', reason: 'notRecorded' }],
      sources: [{ field: 'agentAdministration.activity', source: 'header' }],
    }
    const cells = writeRow(own, before, reading)
    const enter = (edited: readonly Cell[]) =>
      enterRow(
        table,
        before,
        readRow(
          edited.map((cell, n) => ({ column: own[n]!, cell })),
          reading,
        ),
        true,
      )
    expect(enter(cells)).toBe(before)
    const at = own.findIndex(({ key }) => key === 'agentAdministration.activity')
    const volume = own.findIndex(({ key }) => key === 'agentAdministration.volume')
    const changed = enter(cells.with(at, '5 MBq').with(volume, 0.1)) as typeof before & Record<string, Json>
    expect(changed.agentAdministration).toMatchObject({
      activity: { value: 5, unit: 'MBq' },
      volume: { value: 0.1, unit: 'uL' },
    })
    expect(changed).not.toHaveProperty('nullReasons')
    expect(changed).not.toHaveProperty('sources')
    expect(enter(cells.with(at, null)).agentAdministration).not.toHaveProperty('activity')
  })
})
