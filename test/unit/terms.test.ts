import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { createSchema, fieldsOf } from '#ontology/entity.ts'
import { Agent } from '#ontology/entities/agent.ts'
import { entities } from '#ontology/index.ts'
import { agentSeeds, findTerms, synonymGroups, synonymsOf, termByLabel, vocabularies } from '#ontology/terms.ts'
import { CodedTerm } from '#ontology/values.ts'
import { keywords, type Node } from '#ontology/vocabulary.ts'

const first = (vocabulary: string, q: string) => findTerms(vocabulary, q, 1)[0]?.label
const ajv = new Ajv2020({ allErrors: true })
addFormats.default(ajv)
for (const keyword of keywords) ajv.addKeyword(keyword)

describe('term lists', () => {
  it('exist for every vocabulary that a schema names', () => {
    const named = new Set<string>()
    const walk = (node: Node) => {
      if (node['x-vocabulary']) named.add(node['x-vocabulary'])
      for (const [, child] of fieldsOf(node)) walk(child)
      if (node.items) walk(node.items)
    }
    for (const entity of entities) walk(entity.record)
    expect([...named].filter((name) => !vocabularies.has(name))).toEqual([])
  })

  it.each([...vocabularies])('%s says where it comes from and holds valid, distinct terms', (_name, list) => {
    expect([list.title, list.version, list.source, list.licence].every((text) => text.length > 0)).toBe(true)
    expect(new Set(list.terms.map((t) => t.label)).size).toBe(list.terms.length)
    const valid = ajv.compile(CodedTerm)
    for (const { label, codings } of list.terms) {
      expect(valid({ label, ...(codings && { codings }) }), `${label}: ${ajv.errorsText(valid.errors)}`).toBe(true)
    }
    const codes = list.terms.flatMap((t) => (t.codings ?? []).map((c) => `${c.scheme} ${c.code}`))
    expect(new Set(codes).size).toBe(codes.length)
  })

  it('refers to species and diseases that exist', () => {
    for (const list of [vocabularies.get('strains'), vocabularies.get('cellLines')]) {
      for (const term of list?.terms ?? []) {
        if (term.species) expect(termByLabel('species', term.species), term.label).toBeDefined()
        if (term.disease) expect(termByLabel('diseases', term.disease), term.label).toBeDefined()
      }
    }
  })

  it('finds a term by label, synonym, abbreviation and part', () => {
    expect(first('species', 'mouse')).toBe('Mus musculus')
    expect(first('strains', 'black 6')).toBe('C57BL/6J')
    expect(first('strains', 'c57bl/6n')).toBe('C57BL/6NCrl')
    expect(first('routes', 'i.p.')).toBe('intraperitoneal')
    expect(first('routes', 'IP')).toBe('intraperitoneal')
    expect(first('cellLines', 'U-87')).toBe('U-87MG ATCC')
    expect(first('cellLines', 'u87 mg')).toBe('U-87MG ATCC')
    expect(first('anatomy', 'tail v')).toBe('lateral tail vein')
    expect(findTerms('diseases', 'cancer').map((t) => t.label)).toContain('breast cancer')
    expect(first('strains', 'goettingen')).toBe('Göttingen minipig')
    expect(first('strains', 'gottingen')).toBe('Göttingen minipig')
  })

  it('puts an equal name before one that only starts so, and keeps to the limit', () => {
    expect(findTerms('anatomy', 'colon').map((t) => t.label)[0]).toBe('colon')
    expect(findTerms('anatomy', '', 5)).toHaveLength(5)
    expect(findTerms('anatomy', 'zzz')).toEqual([])
    expect(findTerms('unheard of', 'a')).toEqual([])
  })

  it('gives a code an address where its scheme has one', () => {
    expect(termByLabel('species', 'Mus musculus')?.codings).toContainEqual({
      scheme: 'NCBITaxon',
      code: '10090',
      iri: 'http://purl.obolibrary.org/obo/NCBITaxon_10090',
    })
  })

  it('knows body masses that tell a mouse from a slip of the unit', () => {
    const [low, high] = termByLabel('species', 'Mus musculus')?.bodyMassGrams ?? [0, 0]
    expect(low).toBeLessThan(20)
    expect(high).toBeGreaterThan(60)
    expect(high).toBeLessThan(5000)
    for (const { label, bodyMassGrams } of vocabularies.get('species')?.terms ?? []) {
      if (bodyMassGrams) expect(bodyMassGrams[0], label).toBeLessThan(bodyMassGrams[1])
    }
  })

  it('lists synonyms of terms and agents', () => {
    expect(first('agents', 'FDG')).toBe('[18F]FDG')
    expect(first('units', 'µCi')).toBe('uCi')
    expect(synonymsOf('Mus musculus')).toContain('mouse')
    expect(synonymsOf('[18F]FDG')).toContain('fludeoxyglucose')
    expect(synonymsOf('nothing of the kind')).toEqual([])
    expect(synonymGroups.every((group) => group.length > 1)).toBe(true)
  })

  it('seeds the catalogue of agents with valid records', () => {
    const valid = ajv.compile(createSchema(Agent as never))
    for (const agent of agentSeeds) expect(valid(agent), `${agent.name}: ${ajv.errorsText(valid.errors)}`).toBe(true)
    for (const agent of agentSeeds) expect(Boolean(agent.radionuclide)).toBe(Boolean(agent.halfLifeSeconds))
    expect(agentSeeds.find((a) => a.name === '[18F]FDG')).toMatchObject({
      radionuclide: 'F-18',
      halfLifeSeconds: 6586.2,
    })
  })

  // Metadata model, section 5: what was believed and never confirmed there.
  it('ships no identifier that nobody has verified', () => {
    const unverified = (
      'IMSR_CRL:028 IMSR_JAX:001303 IMSR_JAX:002019 IMSR_CRL:490 IMSR_CRL:194 IMSR_CRL:236 IMSR_JAX:000671 ' +
      'IMSR_JAX:000646 IMSR_JAX:000659 IMSR_JAX:002448 MMRRC_034848-JAX RGD_734478 92386 4466 17967 6931 31711 31705 ' +
      '1BJ477IO2L 4419T9MX03 JR13W81H44 5282412 92934 2311 49130 49134 0Z5B2CJX4D CVCL_7254 CVCL_7256 CVCL_1923 ' +
      'CVCL_2174 CVCL_0194 CVCL_0532 CVCL_0179 CVCL_0480 CVCL_GR23 C38208'
    ).split(' ')
    const shipped = [...vocabularies.values()].flatMap((list) => list.terms.flatMap((term) => term.codings ?? []))
    expect(shipped.filter(({ code }) => unverified.some((id) => code === id || code.endsWith(`:${id}`)))).toEqual([])
  })
})
