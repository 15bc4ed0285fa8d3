/** Rows of the grid while they are edited. */
import { describe, expect, it } from 'vitest'
import { columnsOf, tableNamed } from '../../../ontology/table/columns.ts'
import {
  changedKeys,
  changedRows,
  checker,
  fillDown,
  lookupOf,
  newRow,
  pastedTable,
  rowsOf,
  stepped,
  withCell,
} from '../../../portal/app/tables/sheet.ts'

const animals = columnsOf(tableNamed('subjects.animal')!)
const injections = columnsOf(tableNamed('events.agentAdministration')!)
const id = '01ARZ3NDEKTSV4RRFFQ69G5FAV'
const names = { Subject: [{ id, label: 'M-1', names: ['M-1', '412'] }] }
const reading = { zone: 'UTC', lookup: lookupOf(names) }
const held = () => rowsOf([{ id, version: 3, cells: { localId: 'M-1', 'animal.sex': 'F' } }])

describe('a row', () => {
  it('knows what was changed, and forgets it when it is changed back', () => {
    const [row] = held()
    const changed = withCell(row!, 'animal.sex', 'M')
    expect(changedKeys(changed)).toEqual(['animal.sex'])
    expect(changedKeys(withCell(changed, 'animal.sex', 'F'))).toEqual([])
    expect(withCell(row!, 'animal.sex', 'F')).toBe(row)
    expect(changedKeys(withCell(row!, 'animal.sex', ''))).toEqual(['animal.sex'])
    expect(changedRows([row!, newRow(), changed])).toEqual([changed])
  })

  it('is checked where it was changed, and for what is needed', () => {
    const check = checker(animals, reading)
    expect(check(held()[0]!)).toEqual({})
    expect(check(newRow())).toEqual({})
    expect(check(newRow({ localId: 'M-2', 'animal.birthDate': '04/03/2025' }))).toEqual({
      'animal.sex': '“Sex” is needed to save.',
      'animal.birthDate': expect.stringContaining('two different days'),
    })
    const events = checker(injections, reading)
    expect(events(newRow({ subjectId: '412' }))).not.toHaveProperty('subjectId')
    expect(events(newRow({ subjectId: 'M-9' }))).toHaveProperty('subjectId')
  })

  it('shows what the server refused until it is changed', () => {
    const refused = { ...newRow({ localId: 'M-1', 'animal.sex': 'F' }), refused: { localId: 'There is already one.' } }
    const check = checker(animals, reading)
    expect(check(refused)).toEqual({ localId: 'There is already one.' })
    expect(check(withCell(refused, 'localId', 'M-2'))).toEqual({})
  })
})

describe('many cells', () => {
  it('are filled down from the first row of the selection', () => {
    const rows = [newRow({ localId: 'a', 'animal.sex': 'F' }), newRow({ localId: 'b' }), newRow({ localId: 'c' })]
    const filled = fillDown(rows, { min: { row: 0, col: 1 }, max: { row: 1, col: 1 } }, animals)
    expect(filled.map(({ cells }) => cells)).toEqual([
      { localId: 'a', 'animal.sex': 'F' },
      { localId: 'b', 'animal.sex': 'F' },
      { localId: 'c' },
    ])
  })

  it('go under the columns that pasted headers mean, and into the rows that pasted names mean', () => {
    const text = 'Sex\tMouse ID\tDOB\tCheese\r\nM\tM-1\t\tx\r\nF\tM-2\t10.1.2025\ty\r\n'
    const pasted = pastedTable(text, [...held(), newRow()], animals)!
    expect(pasted.map(({ id: own, cells }) => [own, cells])).toEqual([
      [id, { localId: 'M-1', 'animal.sex': 'M' }],
      [undefined, { localId: 'M-2', 'animal.sex': 'F', 'animal.birthDate': '10.1.2025' }],
    ])
    const given = pastedTable('Animal\tActivity (µCi)\tTime\nM-1\t140\t2025-03-14 10:30', [], injections)!
    expect(given[0]?.cells).toEqual({
      subjectId: 'M-1',
      'agentAdministration.activity': '140 µCi',
      start: '2025-03-14 10:30',
    })
    // Without headers it is a paste like any other.
    expect(pastedTable('M-3\tF\nM-4\tM', held(), animals)).toBeNull()
  })
})

it('steps go back and forth, and end where rows were saved', () => {
  const [a, b] = [[newRow({ x: '1' })], [newRow({ x: '2' })]]
  let history = stepped({ past: [], now: a, future: [] }, { to: b })
  history = stepped(history, 'undo')
  expect(history.now).toBe(a)
  history = stepped(history, 'redo')
  expect(history.now).toBe(b)
  expect(stepped(history, 'redo')).toBe(history)
  expect(stepped(history, { replace: a }).past).toEqual([])
})
