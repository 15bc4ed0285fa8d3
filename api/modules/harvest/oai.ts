/**
 * OAI-PMH 2.0 (http://www.openarchives.org/OAI/2.0/openarchivesprotocol.htm): every answer is XML with status 200, errors
 * included. Tokens are signed and stand for a place in the list, so they hold across restarts and changes.
 */
import { sign, unsign } from '#api/access/secrets.ts'
import { harvested } from '#api/access/rights.ts'
import { Op } from 'sequelize'
import type { Context } from '#api/context.ts'
import { Dataset as Row } from '#api/db/models.ts'
import { siteOf, type Published, type Site, type View } from '#api/exports/published.ts'
import { xmlText } from '#api/exports/xml.ts'
import { AppError } from '#api/errors.ts'
import type { RowPage } from '#api/records/page.ts'
import { oaiFormats, type Format } from './oaiFormats.ts'
import { allSets, isInSet, setsOf } from './oaiSets.ts'
import { periodOfChanges, publicRows, publishedOf } from './publicDatasets.ts'

/** Records of one answer. */
const pageSize = 100

type Arguments = Record<string, string>

class OaiError extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** Arguments of each verb: needed ones, possible ones. */
const verbs: Record<string, { needed: string[]; possible: string[] }> = {
  Identify: { needed: [], possible: [] },
  ListMetadataFormats: { needed: [], possible: ['identifier'] },
  ListSets: { needed: [], possible: ['resumptionToken'] },
  ListIdentifiers: { needed: ['metadataPrefix'], possible: ['from', 'until', 'set', 'resumptionToken'] },
  ListRecords: { needed: ['metadataPrefix'], possible: ['from', 'until', 'set', 'resumptionToken'] },
  GetRecord: { needed: ['identifier', 'metadataPrefix'], possible: [] },
}

/** @param given every argument as it came, repeated ones included */
export async function answerOai(ctx: Context, given: readonly [name: string, value: string][]): Promise<string> {
  const site = siteOf(ctx.config)
  const base = `${site.origin}/oai`
  let request: View = { '#text': base }
  let content: View
  try {
    const { verb, ...rest } = argumentsOf(given)
    request = { ...Object.fromEntries(given.map(([name, value]) => [`@${name}`, value])), '#text': base }
    content = { [verb as string]: await answerVerb(ctx, site, verb as string, rest) }
  } catch (error) {
    const known = error instanceof AppError ? new OaiError('badResumptionToken', error.message) : error
    if (!(known instanceof OaiError)) throw error
    // After these two the request is named without its arguments (section 3.2).
    if (known.code === 'badVerb' || known.code === 'badArgument') request = { '#text': base }
    content = { error: { '@code': known.code, '#text': known.message } }
  }
  return xmlText({
    'OAI-PMH': {
      '@xmlns': 'http://www.openarchives.org/OAI/2.0/',
      '@xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
      '@xsi:schemaLocation': 'http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd',
      responseDate: stamp(new Date()),
      request,
      ...content,
    },
  })
}

function argumentsOf(given: readonly [string, string][]): Arguments {
  const held: Arguments = {}
  for (const [name, value] of given) {
    if (name in held) throw new OaiError(name === 'verb' ? 'badVerb' : 'badArgument', `“${name}” is given twice.`)
    held[name] = value
  }
  const { verb } = held
  const known = verb === undefined ? undefined : Object.hasOwn(verbs, verb) && verbs[verb]
  if (!known) {
    const list = Object.keys(verbs).join(', ')
    throw new OaiError(
      'badVerb',
      verb === undefined ? `A verb is needed: ${list}.` : `There is no such verb; there are ${list}.`,
    )
  }
  const allowed = [...known.needed, ...known.possible, 'verb']
  const foreign = Object.keys(held).find((name) => !allowed.includes(name))
  if (foreign !== undefined) throw new OaiError('badArgument', `${verb} takes no argument “${foreign.slice(0, 60)}”.`)
  if (held.resumptionToken !== undefined) {
    if (Object.keys(held).length > 2) throw new OaiError('badArgument', 'A resumptionToken stands alone.')
    return held
  }
  const absent = known.needed.find((name) => !held[name])
  if (absent !== undefined) throw new OaiError('badArgument', `${verb} needs the argument “${absent}”.`)
  return held
}

async function answerVerb(ctx: Context, site: Site, verb: string, args: Arguments): Promise<View> {
  switch (verb) {
    case 'Identify':
      return identify(site)
    case 'ListMetadataFormats':
      return listFormats(site, args)
    case 'ListSets':
      if (args.resumptionToken !== undefined) throw new OaiError('badResumptionToken', 'The sets have one page only.')
      return { set: (await allSets()).map(([setSpec, setName]) => ({ setSpec, setName })) }
    case 'GetRecord':
      return getRecord(ctx, site, args)
    default:
      return list(ctx, site, verb, args)
  }
}

async function identify(site: Site): Promise<View> {
  const { earliest } = await periodOfChanges()
  return {
    repositoryName: site.name,
    baseURL: `${site.origin}/oai`,
    protocolVersion: '2.0',
    adminEmail: site.contact,
    earliestDatestamp: stamp(earliest ?? new Date()),
    deletedRecord: 'persistent',
    granularity: 'YYYY-MM-DDThh:mm:ssZ',
  }
}

async function listFormats(site: Site, { identifier }: Arguments): Promise<View> {
  if (identifier !== undefined) await rowOf(site, identifier)
  return {
    metadataFormat: Object.entries(oaiFormats).map(([metadataPrefix, { schema, namespace }]) => ({
      metadataPrefix,
      schema,
      metadataNamespace: namespace,
    })),
  }
}

async function getRecord(ctx: Context, site: Site, args: Arguments): Promise<View> {
  const row = await rowOf(site, args.identifier as string)
  const format = formatOf(args.metadataPrefix as string)
  const [dataset] = await publishedOf(ctx, [row])
  return { record: record(row, dataset as Published, site, format) }
}

async function rowOf(site: Site, identifier: string): Promise<Row> {
  const prefix = identifierOf(site, '')
  const id = identifier.startsWith(prefix) ? identifier.slice(prefix.length) : ''
  const row = /^[0-9A-Z]{26}$/.test(id) && (await Row.findOne({ where: { [Op.and]: [harvested, { id }] } }))
  if (!row) throw new OaiError('idDoesNotExist', `There is no record with this identifier; ours begin with ${prefix}`)
  return row
}

const identifierOf = (site: Site, id: string): string => `oai:${new URL(site.origin).hostname}:${id}`

function formatOf(prefix: string): Format {
  const format = Object.hasOwn(oaiFormats, prefix) ? oaiFormats[prefix] : undefined
  if (!format) throw new OaiError('cannotDisseminateFormat', `Formats are ${Object.keys(oaiFormats).join(', ')}.`)
  return format
}

/** What a token stands for. */
interface Place {
  prefix: string
  set?: string
  from?: string
  until?: string
  cursor?: string
}

async function list(ctx: Context, site: Site, verb: string, args: Arguments): Promise<View> {
  const place = args.resumptionToken === undefined ? placeOf(args) : readToken(ctx, verb, args.resumptionToken)
  const format = formatOf(place.prefix)
  const found: Row[] = []
  let next = place.cursor ?? null
  do {
    const page: RowPage<Row> = await publicRows(ctx, {
      ...(place.from && { from: new Date(place.from) }),
      ...(place.until && { until: new Date(place.until) }),
      limit: pageSize,
      ...(next !== null && { cursor: next }),
    })
    for (const row of page.rows) {
      if (found.length === pageSize) break
      if (isInSet(row, place.set)) found.push(row)
      next = row === page.rows.at(-1) ? page.next : page.cursorOf(row)
    }
    if (page.rows.length === 0) next = null
    // An answer without a record is not allowed, so the search for members of a set goes on.
  } while (next !== null && found.length < pageSize)
  if (found.length === 0) throw new OaiError('noRecordsMatch', 'No record was changed in this period in this set.')
  const token = next === null ? '' : makeToken(ctx, verb, { ...place, cursor: next })
  // The last part of a list that had several ends with an empty token.
  const resumption = next === null && args.resumptionToken === undefined ? {} : { resumptionToken: token }
  if (verb === 'ListIdentifiers') return { header: found.map((row) => header(row, site)), ...resumption }
  const datasets = await publishedOf(ctx, found)
  return {
    record: found.map((row, i) => record(row, datasets[i] as Published, site, format)),
    ...resumption,
  }
}

function placeOf({ metadataPrefix = '', set, from, until }: Arguments): Place {
  const [start, end] = [dateOf('from', from), dateOf('until', until)]
  if (from && until) {
    if (from.length !== until.length) throw new OaiError('badArgument', 'from and until need the same granularity.')
    if ((start as string) > (end as string)) throw new OaiError('badArgument', 'until is before from.')
  }
  if (set !== undefined && !/^[A-Za-z0-9._-]+(?::[A-Za-z0-9._-]+)*$/.test(set))
    throw new OaiError('badArgument', 'This is no name of a set; ListSets has them.')
  return {
    prefix: metadataPrefix,
    ...(set && { set }),
    ...(start && { from: start }),
    ...(end && { until: end }),
  }
}

/** A day, or a second in UTC; `until` means the end of its day. */
function dateOf(name: 'from' | 'until', text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text)
  const whole = day ? `${text}T${name === 'from' ? '00:00:00' : '23:59:59'}Z` : text
  const time = new Date(whole)
  const real = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(whole) && !Number.isNaN(time.getTime())
  if (!real || stamp(time) !== whole)
    throw new OaiError('badArgument', `${name} must be a date as 2026-03-01 or 2026-03-01T12:00:00Z.`)
  return whole
}

const tokenPurpose = 'oai'

const makeToken = (ctx: Context, verb: string, place: Place): string =>
  sign(ctx.config.secret, tokenPurpose, Buffer.from(JSON.stringify([verb, place])).toString('base64url'))

function readToken(ctx: Context, verb: string, token: string): Place {
  const payload = unsign(ctx.config.secret, tokenPurpose, token)
  const [of, place] = payload ? (JSON.parse(Buffer.from(payload, 'base64url').toString()) as [string, Place]) : []
  if (of !== verb || !place) throw new OaiError('badResumptionToken', 'This token is not one of this list.')
  return place
}

const header = (row: Row, site: Site): View => ({
  ...(row.state === 'withdrawn' && { '@status': 'deleted' }),
  identifier: identifierOf(site, row.id),
  datestamp: stamp(row.updatedAt),
  setSpec: setsOf(row),
})

const record = (row: Row, dataset: Published, site: Site, format: Format): View => ({
  header: header(row, site),
  ...(row.state !== 'withdrawn' && { metadata: format.metadata(dataset, site) }),
})

/** UTC, to the second. */
const stamp = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`
