import {
  array,
  assert,
  boolean,
  dictionary,
  integer,
  letrec,
  nat,
  oneof,
  property,
  string,
  type Arbitrary,
} from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSchema, withDefaults, type Entity } from '#ontology/entity.ts'
import { entities } from '#ontology/index.ts'
import { Event } from '#ontology/entities/event.ts'
import { Subject } from '#ontology/entities/subject.ts'
import type { Node } from '#ontology/vocabulary.ts'
import { bodyOf, reasonOf, shownFields, sourceOf, typed, withReason } from '../../portal/app/forms/fields.ts'
import { applyPatch, compareVersions, mergePatch, same } from '../../portal/app/forms/mergePatch.ts'
import { fromPointer, getAt, setAt, toPointer } from '../../portal/app/forms/path.ts'
import { formatOffset, joinStamp, splitStamp } from '../../portal/app/forms/whenStamp.ts'

const schemaOf = (e: unknown): Node => createSchema(e as Entity) as Node

describe('the form reads every entity', () => {
  for (const entity of entities) {
    it(`has an input for each field of ${entity.name}`, () => {
      const shown = shownFields(createSchema(entity) as Node, withDefaults(createSchema(entity) as Node))
      if (!entity.serverWritten) expect(shown.length).toBeGreaterThan(0)
      expect(shown.map((f) => f.name)).not.toContain('nullReasons')
    })
  }
  it('chooses inputs by value type', () => {
    const kinds = Object.fromEntries(
      shownFields(schemaOf(Event), { kind: 'agentAdministration' }).map((f) => [f.name, f.kind]),
    )
    expect(kinds).toMatchObject({
      kind: 'enum',
      subjectId: 'reference',
      start: 'when',
      agentAdministration: 'object',
      notes: 'textarea',
    })
    expect(kinds).not.toHaveProperty('measurement')
  })
  it('marks what saving and what publishing needs', () => {
    const fields = Object.fromEntries(shownFields(schemaOf(Subject), { kind: 'animal' }).map((f) => [f.name, f]))
    expect(fields.localId?.neededToSave).toBe(true)
    expect(fields.species).toMatchObject({ neededToSave: false, neededToPublish: true })
    expect(fields.notes).toMatchObject({ neededToSave: false, neededToPublish: false })
  })
})

describe('the body of a form', () => {
  const schema = schemaOf(Subject)
  it('starts with the defaults', () => {
    expect(withDefaults(schema, { projectIds: ['x'] })).toEqual({ kind: 'animal', projectIds: ['x'] })
  })
  it('leaves out what is empty, does not apply or is half entered', () => {
    const body = bodyOf(schema, {
      id: '01J',
      version: 3,
      kind: 'phantom',
      localId: ' P-1 ',
      notes: '  ',
      otherIds: [{}, { type: 'RFID', value: '1' }],
      animal: { sex: 'F' },
      phantom: { model: 'NEMA', fillActivity: { unit: 'MBq' } },
    })
    expect(body).toEqual({
      kind: 'phantom',
      localId: 'P-1',
      otherIds: [{ type: 'RFID', value: '1' }],
      phantom: { model: 'NEMA' },
    })
  })
  it('keeps zero and no', () => {
    const body = bodyOf(schemaOf(Event), {
      kind: 'anaesthesia',
      anaesthesia: { applied: false, flow: { value: 0, unit: 'L/min' } },
    })
    expect(body.anaesthesia).toEqual({ applied: false, flow: { value: 0, unit: 'L/min' } })
  })
})

describe('reasons and sources', () => {
  it('notes a reason and takes it back when the field is filled', () => {
    const noted = withReason({ kind: 'animal' }, ['animal', 'strain'], 'notRecorded')
    expect(noted.nullReasons).toEqual([{ field: 'animal.strain', reason: 'notRecorded' }])
    expect(reasonOf(noted, ['animal', 'strain'])).toBe('notRecorded')
    expect(typed(noted, ['animal', 'strain', 'label'])).toEqual({ kind: 'animal' })
    expect(typed(noted, ['species'])).toBe(noted)
  })
  it('forgets the source of a value that a person typed over', () => {
    const record = {
      sources: [
        { field: 'label', source: 'header' },
        { field: 'number', source: 'header' },
      ],
    }
    expect(sourceOf(record, ['label'])?.source).toBe('header')
    expect(typed(record, ['label']).sources).toEqual([{ field: 'number', source: 'header' }])
  })
})

describe('paths', () => {
  it('goes to a JSON pointer and back', () => {
    assert(
      property(
        array(
          oneof(
            nat(99),
            string().filter((s) => !/^\d+$/.test(s)),
          ),
        ),
        (path) => {
          expect(fromPointer(toPointer(path))).toEqual(path)
        },
      ),
    )
  })
  it('reads what it wrote and shares the rest', () => {
    const before = { a: { b: [{ c: 1 }, { c: 2 }] }, d: {} }
    const after = setAt(before, ['a', 'b', 1, 'c'], 3) as typeof before
    expect(getAt(after, ['a', 'b', 1, 'c'])).toBe(3)
    expect(after.d).toBe(before.d)
    expect(after.a.b[0]).toBe(before.a.b[0])
    expect(before.a.b[1]?.c).toBe(2)
    expect(setAt(after, ['d'], undefined)).not.toHaveProperty('d')
  })
  it('never reads inherited keys', () => {
    expect(getAt({}, ['constructor', 'name'])).toBeUndefined()
  })
})

const json = letrec((tie) => ({
  value: oneof({ depthSize: 'small' }, string(), integer(), boolean(), array(integer()), tie('object')),
  object: dictionary(
    string().filter((s) => s !== '__proto__'),
    tie('value'),
  ),
}))
const record = json.object as Arbitrary<Record<string, unknown>>

describe('merge patches', () => {
  it('turn the old version into the new one', () => {
    assert(
      property(record, record, (before, after) => {
        expect(applyPatch(before, mergePatch(before, after))).toEqual(after)
      }),
    )
  })
  it('are empty exactly when nothing changed', () => {
    assert(
      property(record, record, (a, b) => {
        expect(Object.keys(mergePatch(a, b)).length === 0).toBe(same(a, b))
      }),
    )
  })
  it('tell a clash from a change on one side', () => {
    const base = { title: 'A', notes: 'x', kind: 'animal' }
    const changes = compareVersions(
      ['title', 'notes', 'kind'],
      base,
      { ...base, title: 'B' },
      { ...base, title: 'C', notes: 'y' },
    )
    expect(changes.map((c) => [c.field, c.clash])).toEqual([
      ['title', true],
      ['notes', false],
    ])
  })
})

describe('points in time', () => {
  it('keep the zone in which they were written down', () => {
    const stamp = { dateTime: '2025-03-14T10:30:00+09:00', precision: 'minute' } as const
    expect(splitStamp(stamp)).toEqual({ date: '2025-03-14', time: '10:30:00', precision: 'minute', offsetMinutes: 540 })
    expect(joinStamp(splitStamp(stamp)!)).toEqual(stamp)
  })
  it('are cut to what is known', () => {
    const parts = { date: '2025-03-14', time: '10:31:07', offsetMinutes: -210 }
    expect(joinStamp({ ...parts, precision: 'hour' })?.dateTime).toBe('2025-03-14T10:00:00-03:30')
    expect(joinStamp({ ...parts, precision: 'day' })?.dateTime).toBe('2025-03-14T00:00:00-03:30')
  })
  it('are known to the day when no time was given', () => {
    const stamp = joinStamp({ date: '2025-03-14', time: '', offsetMinutes: 60, precision: 'minute' })
    expect(stamp).toEqual({ dateTime: '2025-03-14T00:00:00+01:00', precision: 'day' })
  })
  it('need a date and refuse other texts', () => {
    expect(joinStamp({ date: '', time: '10:00:00', precision: 'minute' })).toBeUndefined()
    expect(splitStamp({ dateTime: 'yesterday', precision: 'day' })).toBeUndefined()
  })
  it('name every offset', () => {
    assert(
      property(integer({ min: -14 * 60, max: 14 * 60 }), (offsetMinutes) => {
        const dateTime = `2025-01-01T00:00:00${formatOffset(offsetMinutes)}`
        expect(splitStamp({ dateTime, precision: 'second' })?.offsetMinutes).toBe(offsetMinutes)
      }),
    )
  })
})
