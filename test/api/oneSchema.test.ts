/** One field is added to a schema in memory; every surface must have it without another line of code. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { settingsOf } from '#search/settings.ts'
import { factsOf } from '#search/facts.ts'
import { jsonLdContext } from '#ontology/context.ts'
import { createSchema } from '#ontology/entity.ts'
import { Subject } from '#ontology/entities/subject.ts'
import { entities } from '#ontology/index.ts'
import { Type, oneOf, type Node } from '#ontology/vocabulary.ts'
import { openSite, type Person, type TestSite } from '../help/app.ts'
import { makeWorld, type World } from '../help/world.ts'
import { shownFields } from '../../portal/app/forms/fields.ts'

const properties = (Subject.record as Node).properties as Record<string, unknown>
let site: TestSite
let world: World
let owner: Person

beforeAll(async () => {
  properties.temperament = Type.Optional(
    oneOf(['calm', 'lively'], {
      title: 'Temperament',
      'x-level': 'publish',
      'x-term': 'viv:temperament',
      'x-facet': 'Temperament',
      'x-search': 2,
      'x-bids': 'temperament',
    }),
  )
  site = await openSite()
  world = await makeWorld(site)
  owner = world.owner
})
afterAll(async () => {
  await site.close()
  delete properties.temperament
})

it('is validated and stored over REST', async () => {
  const wrong = await owner.post('subjects', {
    localId: 'T-0',
    projectIds: [world.p.projectId],
    animal: { sex: 'F' },
    temperament: 'wild',
  })
  expect(wrong.json().errors[0]).toMatchObject({
    pointer: '/temperament',
    message: expect.stringContaining('calm, lively'),
  })
  const subject = await owner.make('subjects', {
    localId: 'T-1',
    projectIds: [world.p.projectId],
    animal: { sex: 'F' },
    temperament: 'calm',
  })
  expect((await owner.get(`subjects/${subject.id}`)).json().temperament).toBe('calm')
  expect((await owner.patch(`subjects/${subject.id}`, { temperament: 'lively' }, 1)).json().temperament).toBe('lively')
})

it('is in the OpenAPI document', async () => {
  const { components, paths } = (await site.anonymous.get('/openapi.json')).json()
  expect(components.schemas.Subject.properties.temperament.enum).toEqual(['calm', 'lively'])
  expect(JSON.stringify(paths['/api/v1/subjects'].post.requestBody)).toContain('temperament')
})

it('is in GraphQL with its type', async () => {
  const query =
    '{ subjects(q: "T-1") { nodes { localId temperament } } __type(name: "Subject") { fields { name type { kind name } } } }'
  const { data, errors } = (await owner.post('/graphql', { query })).json()
  expect(errors).toBeUndefined()
  expect(data.subjects.nodes).toEqual([{ localId: 'T-1', temperament: 'lively' }])
  expect(data.__type.fields).toContainEqual({ name: 'temperament', type: { kind: 'ENUM', name: 'SubjectTemperament' } })
})

it('is in the form', () => {
  const fields = shownFields(createSchema(Subject as never) as Node, { kind: 'animal' })
  expect(fields.map((f) => f.name)).toContain('temperament')
})

it('is in the JSON-LD context and in the linked data of what is published', async () => {
  const context = jsonLdContext(entities)['@context'] as { Subject: { '@context': Record<string, unknown> } }
  expect(context.Subject['@context'].temperament).toEqual({ '@id': 'viv:temperament' })
  const subject = (await owner.get(`subjects/${world.p.subjectId}`)).json()
  const check = (await owner.post('datasets/check', { seriesIds: [world.p.seriesId] })).json()
  expect(check.missing).toContainEqual(expect.objectContaining({ field: 'temperament', recordId: subject.id }))
  await owner.patch(`subjects/${subject.id}`, { temperament: 'calm' }, subject.version)
  const dataset = await owner.make('datasets', { seriesIds: [world.p.seriesId], send: true })
  expect((await site.anonymous.get(`datasets/${dataset.id}`)).json().snapshot.subjects[0].temperament).toBe('calm')
  expect((await site.anonymous.get(`datasets/${dataset.id}/as/schema.jsonld`)).body).toContain(
    'https://w3id.org/vivarchive/terms/temperament',
  )
})

it('is in the search settings and found by its value', () => {
  expect(JSON.stringify(settingsOf(entities))).toContain('Temperament')
  const facts = factsOf(Subject.record as Node, { temperament: 'lively' })
  expect(JSON.stringify(facts)).toContain('lively')
})
