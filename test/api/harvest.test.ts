/** What harvesters get: forms of a dataset, typed links, OAI-PMH, DCAT, sitemap, persistent identifiers. */
import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { strFromU8, unzipSync } from 'fflate'
import jsonld from 'jsonld'
import { Parser } from 'n3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forms } from '#api/exports/index.ts'
import { arkOf } from '#api/pids/ark.ts'
import { openSite, type TestSite } from '../help/app.ts'
import { seriesFile } from '../help/seriesFile.ts'
import { complete, makeWorld, type World } from '../help/world.ts'

let site: TestSite
let world: World
let id: string
let withdrawnId: string
const names = ['a b/scan 1.txt', "ü%/weird'name.txt", 'notes.txt']

const nasty = '</script><img src=x onerror=alert(1)>\u2028 & "quoted" \\ {braces} é'
const offline = async (url: string): Promise<never> => {
  throw new Error(`asked for ${url}`)
}
const get = (url: string, accept?: string) => site.anonymous.get(url, accept === undefined ? {} : { accept })
const as = (form: string, of = id) => get(`datasets/${of}/as/${form}`)

beforeAll(async () => {
  site = await openSite({ VIVARCHIVE_CONTACT: 'data@example.org' })
  world = await makeWorld(site)
  const { owner, p, personId } = world
  const series = await owner.make('series', {
    sessionId: p.sessionId,
    label: 'PET, [18F]FDG',
    subjectIds: [p.subjectId],
    ...complete.series,
  })
  const place = { seriesId: series.id, sessionId: p.sessionId, studyId: p.studyId, projectId: p.projectId }
  for (const name of names) await seriesFile(site.ctx, place, name, Readable.from([Buffer.from(`bytes of ${name}`)]))
  const study = (await owner.get(`studies/${p.studyId}`)).json()
  await owner.patch(`studies/${p.studyId}`, { description: `Glucose uptake of tumours. ${nasty}` }, study.version)
  const dataset = await owner.make('datasets', {
    seriesIds: [p.seriesId, series.id],
    title: `Uptake ${nasty.replace('\u2028', '')}`,
    send: true,
    creators: [personId],
    excuseMissing: 'notRecorded',
  })
  id = dataset.id
  const other = await owner.make('datasets', {
    seriesIds: [p.seriesId],
    send: true,
    title: 'Taken back',
    creators: [personId],
  })
  await owner.post(`datasets/${other.id}/withdraw`, { reason: 'Wrong animal.' })
  withdrawnId = other.id
  await owner.make('datasets', { seriesIds: [p.seriesId], title: 'Only a draft', creators: [personId] })
})
afterAll(() => site.close())

describe('forms of a dataset', () => {
  it('are all there, with their types, validators and the way back', async () => {
    for (const { name, mediaType, profile } of forms) {
      const answer = await as(name)
      expect(answer.statusCode, `${name}: ${answer.body.slice(0, 300)}`).toBe(200)
      expect(answer.headers['content-type'], name).toContain(mediaType)
      if (profile) expect(answer.headers['content-type'], name).toContain(`profile="${profile}"`)
      expect(answer.headers.link, name).toContain('rel="describes"')
      const again = await site.anonymous.get(`datasets/${id}/as/${name}`, {
        'if-none-match': String(answer.headers.etag),
      })
      expect(again.statusCode, name).toBe(304)
      expect(answer.body, name).not.toContain('private note')
      expect(answer.body, name).toContain(name.startsWith('linkset') ? arkOf('99999', id) : 'Uptake')
    }
    expect((await as('nothing')).statusCode).toBe(422)
  })

  it('are negotiated at the landing page, by type and by profile', async () => {
    for (const { name, mediaType, profile } of forms) {
      const accept = profile ? `${mediaType};profile="${profile.split(' ').at(-1)}"` : mediaType
      const answer = await get(`/datasets/${id}`, accept)
      expect(answer.statusCode, name).toBe(200)
      expect(answer.headers['content-location'], name).toBe(`${site.config.publicUrl}/api/v1/datasets/${id}/as/${name}`)
      expect(answer.headers.vary, name).toContain('Accept')
      expect(answer.body, name).toBe((await as(name)).body)
    }
    const series = await get(`/series/${world.p.seriesId}`, 'application/ld+json')
    expect(series.statusCode).toBe(200)
    expect(series.headers.link).toContain(`<${site.config.publicUrl}/datasets/${id}>; rel="collection"`)
    const none = await get(`/datasets/${id}`, 'image/png')
    expect(none.statusCode).toBe(406)
    expect(none.json()).toMatchObject({ code: 'not-acceptable' })
    const broken = await get(`/datasets/${id}`, '*/*;q=a')
    expect(broken.statusCode).toBe(422)
    expect(broken.json().detail).toContain('RFC 9110')
    expect((await get('/datasets/01ARZ3NDEKTSV4RRFFQ69G5FAV', 'text/turtle')).statusCode).toBe(404)
  })

  it('JSON-LD is one Dataset for search engines, Bioschemas and Croissant, without the network', async () => {
    const document = (await as('croissant')).json()
    expect(Array.isArray(document['@context'])).toBe(false)
    expect(document['@context']['@vocab']).toBe('https://schema.org/')
    for (const field of [
      'name',
      'description',
      'identifier',
      'keywords',
      'license',
      'url',
      'creator',
      'datePublished',
      'version',
      'citeAs',
    ])
      expect(document[field], field).toBeTruthy()
    expect(document.description.length).toBeGreaterThanOrEqual(50)
    expect(document.conformsTo).toContain('http://mlcommons.org/croissant/1.1')
    expect(document.conditionsOfAccess).toBe('http://purl.org/coar/access_right/c_abf2')
    const text = JSON.stringify(await jsonld.expand(document, { documentLoader: offline }))
    for (const namespace of ['http://www.w3.org/ns/prov#wasGeneratedBy', 'http://rs.tdwg.org/dwc/terms/scientificName'])
      expect(text).toContain(namespace)
    for (const file of document.distribution) {
      expect(file['@type']).toBe('cr:FileObject')
      const body = await site.anonymous.get(new URL(file.contentUrl).pathname)
      expect(createHash('sha256').update(body.rawPayload).digest('hex'), file.name).toBe(file.sha256)
      expect(file.contentSize).toBe(`${body.rawPayload.length} B`)
    }
    const tables = Object.fromEntries(document.distribution.map((file: { name: string }) => [file.name, file]))
    for (const set of document.recordSet) {
      const csv = (await site.anonymous.get(new URL(tables[`${set.name}.csv`].contentUrl).pathname)).body
      const header = csv.split('\r\n')[0] as string
      expect(header.split(',')).toEqual(set.field.map((field: { name: string }) => field.name))
    }
  })

  it('RO-Crate is flat, and describes whatever it refers to', async () => {
    const { '@context': context, '@graph': graph } = (await as('ro-crate')).json()
    expect(context[0]).toBe('https://w3id.org/ro/crate/1.2/context')
    const ids = new Set(graph.map((node: { '@id': string }) => node['@id']))
    expect(ids.size).toBe(graph.length)
    const root = graph.find((node: { '@id': string }) => node['@id'] === graph[0].about['@id'])
    for (const field of ['name', 'description', 'datePublished', 'license']) expect(root[field], field).toBeTruthy()
    for (const part of root.hasPart) expect(ids).toContain(part['@id'])
    const references: string[] = []
    const walk = (value: unknown, depth: number): void => {
      if (Array.isArray(value)) return value.forEach((one) => walk(one, depth))
      if (typeof value !== 'object' || value === null) return
      const held = value as Record<string, unknown>
      if (depth > 0) {
        expect(Object.keys(held)).toEqual(['@id'])
        references.push(String(held['@id']))
      } else for (const field of Object.values(held)) walk(field, depth + 1)
    }
    for (const node of graph) walk(node, 0)
    const free = references.filter((one) => !ids.has(one) && one !== 'https://w3id.org/ro/crate/1.2')
    expect(free).toEqual([])
  })

  it('DataCite, Dublin Core and all XML are well formed whatever people typed', async () => {
    const xml = (await as('datacite.xml')).body
    expect(XMLValidator.validate(xml)).toBe(true)
    const { resource } = new XMLParser({ ignoreAttributes: false }).parse(xml)
    const json = (await as('datacite.json')).json()
    expect(resource.titles.title).toBe(json.titles[0].title.replaceAll('\u2028', '\u2028'))
    expect(resource.identifier['#text']).toBe(json.identifiers[0].identifier)
    expect(json.relatedIdentifiers.map((r: { relatedIdentifierType: string }) => r.relatedIdentifierType)).toContain(
      'URL',
    )
    expect(json.creators[0].nameIdentifiers[0].nameIdentifier).toBe('https://orcid.org/0000-0002-1825-0097')
  })

  it('DCAT says the same in four serialisations', async () => {
    const counted = async (form: string, read: (text: string) => Promise<number>) => [
      form,
      await read((await as(form)).body),
    ]
    const quads = async (text: string) => new Parser().parse(text).length
    const linked = async (text: string) =>
      ((await jsonld.toRDF(JSON.parse(text), { documentLoader: offline } as never)) as unknown as unknown[]).length
    const [turtle, triples, linkedData] = await Promise.all([
      counted('dcat.ttl', quads),
      counted('dcat.nt', quads),
      counted('dcat.jsonld', linked),
    ])
    expect(turtle![1]).toBeGreaterThan(30)
    expect(triples![1]).toBe(turtle![1])
    expect(linkedData![1]).toBe(turtle![1])
    const rdf = (await as('dcat.rdf')).body
    expect(XMLValidator.validate(rdf)).toBe(true)
    // One property element for each triple.
    const described = new XMLParser({ ignoreAttributes: true, isArray: (name) => name !== 'rdf:RDF' }).parse(rdf)
    const properties = described['rdf:RDF']['rdf:Description'].flatMap((one: Record<string, unknown[]>) =>
      Object.values(one),
    )
    expect(properties.flat().length).toBe(turtle![1])
  })

  it('citations name creator, year, title, version and identifier', async () => {
    const text = (await as('citation.txt')).body
    expect(text).toContain(`Lovelace, A. (${new Date().getUTCFullYear()}): Uptake`)
    expect(text).toContain(`Version 1. Vivarchive. Dataset. ${site.config.publicUrl}/${arkOf('99999', id)}`)
    expect((await get(`datasets/${id}`)).json().citation).toBe(text.trim())
    expect((await as('bibtex')).body).toMatch(/^@dataset\{Lovelace\d{4},/)
    expect((await as('ris')).body).toMatch(/^TY {2}- DATA\r\n/)
  })

  it('of a withdrawn dataset keep its description and name no file', async () => {
    for (const { name } of forms) {
      const answer = await as(name, withdrawnId)
      expect(answer.statusCode, name).toBe(200)
      expect(answer.body, name).not.toContain('/content')
    }
    expect((await as('schema.jsonld', withdrawnId)).json()).toMatchObject({
      creativeWorkStatus: 'withdrawn',
      conditionsOfAccess: 'http://purl.org/coar/access_right/c_14cb',
    })
  })
})

describe('the archive', () => {
  it('is a bag with an RO-Crate in it, which sha256sum proves', async () => {
    const zip = unzipSync(new Uint8Array((await get(`datasets/${id}/archive.zip`)).rawPayload))
    const name = (ending: string) => Object.keys(zip).find((entry) => entry.endsWith(ending)) as string
    const base = name('bagit.txt').slice(0, -'bagit.txt'.length)
    const manifest = strFromU8(zip[name('/manifest-sha256.txt')] as Uint8Array)
    const payload = Object.keys(zip).filter((entry) => entry.startsWith(`${base}data/`))
    const lines = manifest.trim().split('\n')
    expect(lines.length).toBe(payload.length)
    let byteCount = 0
    for (const line of lines) {
      const [sha256, file] = [line.slice(0, 64), decodeURIComponent(line.slice(66))]
      const bytes = zip[`${base}${file}`] as Uint8Array
      byteCount += bytes.length
      expect(createHash('sha256').update(bytes).digest('hex'), file).toBe(sha256)
    }
    expect(strFromU8(zip[name('bag-info.txt')] as Uint8Array)).toContain(`Payload-Oxum: ${byteCount}.${lines.length}`)
    const { '@graph': graph } = JSON.parse(strFromU8(zip[`${base}data/ro-crate-metadata.json`] as Uint8Array))
    const parts = graph.filter((node: { '@type': string }) => node['@type'] === 'File')
    expect(parts.length).toBe(names.length)
    for (const part of parts) expect(zip[`${base}data/${decodeURIComponent(part['@id'])}`], part['@id']).toBeDefined()
  })
})

describe('typed links', () => {
  it('lead from the dataset to everything, and back', async () => {
    const { linkset } = (await as('linkset')).json()
    const [landing] = linkset
    expect(landing.anchor).toBe(`${site.config.publicUrl}/datasets/${id}`)
    expect(landing['cite-as']).toHaveLength(1)
    expect(landing.type.map((t: { href: string }) => t.href)).toEqual([
      'https://schema.org/Dataset',
      'https://schema.org/AboutPage',
    ])
    const back = await site.anonymous.get(new URL(landing['cite-as'][0].href).pathname)
    expect([back.statusCode, back.headers.location]).toEqual([302, landing.anchor])
    for (const target of [...landing.describedby, ...landing.item]) {
      const answer = await site.anonymous.get(new URL(target.href).pathname)
      expect(answer.statusCode, target.href).toBe(200)
      expect(answer.headers['content-type'], target.href).toContain(target.type)
    }
    const anchors = new Set(linkset.map((one: { anchor: string }) => one.anchor))
    for (const target of [...landing.describedby, ...landing.item]) expect(anchors).toContain(target.href)
    const text = (await as('linkset.txt')).body
    const count = linkset.reduce(
      (sum: number, links: Record<string, unknown>) => sum + Object.values(links).filter(Array.isArray).flat().length,
      0,
    )
    expect(text.split(',\n')).toHaveLength(count)
  })

  it('are the same in the header of GET and of HEAD, and stay small', async () => {
    const [first, head] = await Promise.all(
      (['GET', 'HEAD'] as const).map((method) => site.app.inject({ method, url: `/api/v1/datasets/${id}` })),
    )
    expect(head!.headers.link).toBe(first!.headers.link)
    expect(String(first!.headers.link).length).toBeLessThan(8192)
    expect(first!.headers.link).toContain('rel="linkset"; type="application/linkset+json"')
  })
})

describe('ARKs', () => {
  it('lead to the page, a version and each file; ?info tells what is promised', async () => {
    const ark = `/${arkOf('99999', id)}`
    expect((await get(ark)).headers.location).toBe(`${site.config.publicUrl}/datasets/${id}`)
    expect((await get(`${ark}.v1`)).statusCode).toBe(302)
    expect((await get(`${ark}.v9`)).statusCode).toBe(404)
    const info = await get(`${ark}?info`)
    expect(info.body).toMatch(/^erc:\nwho: Ada Lovelace\nwhat: Uptake/)
    expect(info.body).toContain('persistence:')
    const { distribution } = (await as('croissant')).json()
    const file = distribution.find((one: { '@id': string }) => one['@id'].includes('/ark:/'))
    const found = await site.anonymous.get(new URL(file['@id']).pathname)
    expect([found.statusCode, found.headers.location]).toEqual([302, file.contentUrl])
    expect((await get('/ark:/99999/v1unknown')).statusCode).toBe(404)
    expect((await get(`/${arkOf('99999', withdrawnId)}`)).statusCode).toBe(302)
    expect((await get(`/${arkOf('99999', '01ARZ3NDEKTSV4RRFFQ69G5FAV')}`)).json().code).toBe('not-found')
  })
})

describe('OAI-PMH', () => {
  const parser = new XMLParser({
    ignoreAttributes: false,
    isArray: (name) => ['record', 'header', 'set'].includes(name),
  })
  const oai = async (query: string, post = false) => {
    const answer = post
      ? await site.app.inject({
          method: 'POST',
          url: '/oai',
          payload: query,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        })
      : await get(`/oai?${query}`)
    expect(answer.statusCode, query).toBe(200)
    expect(answer.headers['content-type']).toBe('text/xml; charset=utf-8')
    expect(XMLValidator.validate(answer.body), query).toBe(true)
    return parser.parse(answer.body)['OAI-PMH']
  }

  it('answers all six verbs, by GET and by POST', async () => {
    const { Identify } = await oai('verb=Identify')
    expect(Identify).toMatchObject({ protocolVersion: 2, deletedRecord: 'persistent', adminEmail: 'data@example.org' })
    expect((await oai('verb=Identify', true)).Identify.baseURL).toBe(`${site.config.publicUrl}/oai`)
    expect(
      (await oai('verb=ListMetadataFormats')).ListMetadataFormats.metadataFormat.map(
        (f: { metadataPrefix: string }) => f.metadataPrefix,
      ),
    ).toEqual(['oai_dc', 'oai_datacite', 'datacite4'])
    expect((await oai('verb=ListSets')).ListSets.set.map((s: { setSpec: string }) => s.setSpec)).toContain(
      'modality:PT',
    )
    const { header } = (await oai('verb=ListIdentifiers&metadataPrefix=oai_dc')).ListIdentifiers
    expect(header.map((h: Record<string, string>) => [h.identifier, h['@_status']]).toSorted()).toEqual(
      [
        [`oai:localhost:${id}`, undefined],
        [`oai:localhost:${withdrawnId}`, 'deleted'],
      ].toSorted(),
    )
    for (const prefix of ['oai_dc', 'oai_datacite', 'datacite4']) {
      const { record } = (await oai(`verb=GetRecord&metadataPrefix=${prefix}&identifier=oai:localhost:${id}`)).GetRecord
      expect(JSON.stringify(record)).toContain(arkOf('99999', id))
    }
    const [gone] = (await oai(`verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost:${withdrawnId}`)).GetRecord
      .record
    expect(gone.metadata).toBeUndefined()
    const { ListRecords } = await oai('verb=ListRecords&metadataPrefix=oai_dc&set=modality:PT')
    expect(ListRecords.record.length).toBe(2)
  })

  it.each([
    ['', 'badVerb'],
    ['verb=Nothing', 'badVerb'],
    ['verb=constructor', 'badVerb'],
    ['verb=Identify&verb=Identify', 'badVerb'],
    ['verb=Identify&x=1', 'badArgument'],
    ['verb=ListRecords', 'badArgument'],
    ['verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc', 'badArgument'],
    ['verb=ListRecords&metadataPrefix=oai_dc&from=yesterday', 'badArgument'],
    ['verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-31', 'badArgument'],
    ['verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01&until=2025-01-01', 'badArgument'],
    ['verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01&until=2026-01-01T00:00:00Z', 'badArgument'],
    ['verb=ListRecords&metadataPrefix=oai_dc&until=1999-01-01', 'noRecordsMatch'],
    ['verb=ListRecords&metadataPrefix=oai_dc&set=species:Dragon', 'noRecordsMatch'],
    ['verb=ListRecords&metadataPrefix=marc21', 'cannotDisseminateFormat'],
    ['verb=ListRecords&resumptionToken=forged', 'badResumptionToken'],
    ['verb=ListRecords&resumptionToken=x&metadataPrefix=oai_dc', 'badArgument'],
    ['verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost:nothing', 'idDoesNotExist'],
    ['verb=ListMetadataFormats&identifier=nothing', 'idDoesNotExist'],
  ])('%s: %s', async (query, code) => {
    const answer = await oai(query)
    expect(answer.error['@_code']).toBe(code)
    if (code === 'badVerb' || code === 'badArgument') expect(answer.request).toBe(`${site.config.publicUrl}/oai`)
  })

  it('gives each record exactly once while others are published and taken back', async () => {
    const { owner, p, personId } = world
    const publish = async (title: string) =>
      (await owner.make('datasets', { seriesIds: [p.seriesId], send: true, title, creators: [personId] })).id as string
    for (let i = 0; i < 120; i++) await publish(`Many ${i}`)
    const seen: string[] = []
    let answer = (await oai('verb=ListIdentifiers&metadataPrefix=oai_dc')).ListIdentifiers
    let pages = 1
    let between: string | undefined
    for (;;) {
      seen.push(
        ...answer.header.map((h: { identifier: string; datestamp: string }) => `${h.identifier} ${h.datestamp}`),
      )
      const token = answer.resumptionToken
      if (!token) break
      if (!between) {
        between = await publish('Between two pages')
        const first = (seen[5] as string).split(' ')[0]?.split(':')[2] as string
        await owner.post(`datasets/${first}/withdraw`, { reason: 'while harvested' })
      }
      answer = (await oai(`verb=ListIdentifiers&resumptionToken=${encodeURIComponent(token)}`)).ListIdentifiers
      pages++
    }
    expect(pages).toBe(2)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.some((one) => one.startsWith(`oai:localhost:${between}`))).toBe(true)
  })
})

describe('the catalogue, the sitemap and what there is', () => {
  it('list what is public, in pages, and nothing else', async () => {
    const listed = new Set<string>()
    let next: string | undefined = '/catalog'
    while (next) {
      const page = await get(next, 'text/turtle')
      expect(page.statusCode).toBe(200)
      for (const { predicate, object } of new Parser().parse(page.body))
        if (predicate.value === 'http://www.w3.org/ns/dcat#landingPage') listed.add(object.value)
      next = /<[^>]*?(\/catalog\?cursor=[^>]+)>; rel="next"/.exec(String(page.headers.link))?.[1]
    }
    const xml = (await get('/sitemap/datasets.xml')).body
    const mapped = new Set([...xml.matchAll(/<loc>([^<]+)<\/loc>/g)].map(([, loc]) => loc as string))
    expect(mapped).toEqual(listed)
    expect(listed).toContain(`${site.config.publicUrl}/datasets/${id}`)
    expect(listed).not.toContain(`${site.config.publicUrl}/datasets/${withdrawnId}`)
    expect((await get('/sitemap.xml')).body).toContain('/sitemap/datasets.xml</loc>')
    expect((await get('/robots.txt')).body).toContain(`Sitemap: ${site.config.publicUrl}/sitemap.xml`)
    expect((await get('/catalog?cursor=forged', 'text/turtle')).statusCode).toBe(422)
    expect((await get('/catalog', 'image/png')).statusCode).toBe(406)
  })

  it('every interface of the api-catalog answers', async () => {
    const { linkset } = (await get('/.well-known/api-catalog')).json()
    expect(linkset.length).toBeGreaterThanOrEqual(4)
    for (const links of linkset) {
      for (const target of [...links['service-desc'], ...(links['service-doc'] ?? [])]) {
        const { pathname, search } = new URL(target.href)
        const answer = await get(pathname + search)
        expect(answer.statusCode, target.href).toBeLessThan(400)
      }
    }
  })
})

describe('programs of others', () => {
  const installed = (command: string, ...args: string[]) => {
    try {
      execFileSync(command, args, { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  }
  const python = (module: string) => installed('python3', '-c', `import ${module}`)
  let folder: string
  beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'vivarchive-harvest-'))))
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('mlcroissant reads the Croissant without a complaint', async (t) => {
    if (!python('mlcroissant')) return t.skip('skipped: mlcroissant not installed')
    const file = path.join(folder, 'croissant.json')
    await writeFile(file, (await as('croissant')).body)
    const script =
      'import mlcroissant,sys; d=mlcroissant.Dataset(jsonld=sys.argv[1]); print(len(d.metadata.distribution))'
    expect(Number(execFileSync('python3', ['-c', script, file], { encoding: 'utf8' }).trim())).toBeGreaterThan(3)
  })

  it('raptor reads the Turtle and the RDF/XML as the same triples', async (t) => {
    if (!installed('rapper', '--version')) return t.skip('skipped: rapper not installed')
    const count = async (form: string, syntax: string) => {
      const file = path.join(folder, form)
      await writeFile(file, (await as(form)).body)
      return execFileSync('rapper', ['-q', '-i', syntax, '-o', 'ntriples', file], { encoding: 'utf8' })
        .trim()
        .split('\n').length
    }
    expect(await count('dcat.ttl', 'turtle')).toBe(await count('dcat.rdf', 'rdfxml'))
  })

  // Schemas of others are not ours to carry; a tester names a folder with them.
  const schemas = process.env.VIVARCHIVE_TEST_SCHEMAS ?? ''
  const schema = (name: string) => path.join(schemas, name)
  const absent = 'skipped: VIVARCHIVE_TEST_SCHEMAS names no folder with'

  it('the XML of DataCite keeps to its schema 4.7', async (t) => {
    if (!existsSync(schema('datacite/metadata.xsd'))) return t.skip(`${absent} datacite/metadata.xsd`)
    if (!installed('xmllint', '--version')) return t.skip('skipped: xmllint not installed')
    const file = path.join(folder, 'datacite.xml')
    await writeFile(file, (await as('datacite.xml')).body)
    execFileSync('xmllint', ['--nonet', '--noout', '--schema', schema('datacite/metadata.xsd'), file], {
      stdio: 'pipe',
    })
  })

  it('DCAT keeps to the shapes of DCAT-AP 3.0.1', async (t) => {
    if (!existsSync(schema('dcat-ap/shapes.ttl'))) return t.skip(`${absent} dcat-ap/shapes.ttl`)
    if (!python('pyshacl')) return t.skip('skipped: pyshacl not installed')
    for (const [name, body] of [
      ['dataset', (await as('dcat.ttl')).body],
      ['catalogue', (await get('/catalog', 'text/turtle')).body],
    ] as const) {
      const file = path.join(folder, `${name}.ttl`)
      await writeFile(file, body)
      execFileSync('python3', ['-m', 'pyshacl', '-s', schema('dcat-ap/shapes.ttl'), '-f', 'human', file], {
        stdio: 'pipe',
      })
    }
  })
})
