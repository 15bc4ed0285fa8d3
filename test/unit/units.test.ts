import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import units from '../../ontology/terms/units.json' with { type: 'json' }
import { convert, dimensionOf, normalisedQuantity, unitNamed, unitProblem } from '#ontology/units.ts'
import { fieldsOf } from '#ontology/entity.ts'
import { entities } from '#ontology/index.ts'
import type { Node } from '#ontology/vocabulary.ts'

const codes = units.dimensions.flatMap((dimension) => dimension.units.map(({ code }) => code))

describe('units', () => {
  it('knows every unit that a schema takes', () => {
    const named = new Set<string>()
    const walk = (node: Node) => {
      for (const unit of node['x-unit'] ?? []) named.add(unit)
      for (const [, child] of fieldsOf(node)) walk(child)
      if (node.items) walk(node.items)
    }
    for (const { record } of entities) walk(record)
    expect(named.size).toBeGreaterThan(40)
    expect([...named].filter((unit) => dimensionOf(unit) === undefined)).toEqual([])
    expect(new Set(codes).size).toBe(codes.length)
  })

  it('converts there and back', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...codes),
        fc.constantFrom(...codes),
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        (a, b, value) => {
          const there = convert(value, a, b)
          if (dimensionOf(a) === dimensionOf(b)) expect(convert(there as number, b, a)! / value).toBeCloseTo(1, 9)
          else expect(there).toBeUndefined()
        },
      ),
    )
    expect(convert(1, 'mCi', 'MBq')).toBe(37)
    expect(convert(25, 'g', 'kg')).toBe(0.025)
    expect(convert(1, 'furlong', 'g')).toBeUndefined()
  })

  it('reads what people write', () => {
    expect(unitNamed('µCi')).toBe('uCi')
    expect(unitNamed('μl')).toBe('uL')
    expect(unitNamed('ml')).toBe('mL')
    expect(unitNamed(' °C ')).toBe('Cel')
    expect(unitNamed('mm³')).toBe('mm3')
    expect(unitNamed('%ID/g')).toBe('%{ID}/g')
    expect(unitNamed('smoot')).toBeUndefined()
    expect(normalisedQuantity(0.2, 'mCi', ['MBq'])).toEqual({
      value: 7.4,
      unit: 'MBq',
      asEntered: { value: 0.2, unit: 'mCi' },
    })
    expect(normalisedQuantity(3, 'ml', ['MBq'])).toBeUndefined()
  })

  it('says what is wrong with a unit', () => {
    expect(unitProblem('Dose', 'mL', ['mg/kg', 'mg'])).toMatch(/unit of volume.*Check/)
    expect(unitProblem('Activity', 'smoot', ['MBq', 'uCi'])).toMatch(/Nobody here knows.*MBq, uCi/)
    expect(unitProblem('Activity', 'µCi', ['MBq', 'uCi'])).toMatch(/Write the unit of “Activity” as uCi/)
  })
})
