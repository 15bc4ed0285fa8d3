/** RDF in its usual forms, all made from one JSON-LD document with an inline context. */
import type { Quad } from 'n3'
import { xmlText } from './xml.ts'

export const rdfForms = {
  'text/turtle': turtle,
  'application/n-triples': nTriples,
  'application/rdf+xml': rdfXml,
  'application/ld+json': async (document: object) => `${JSON.stringify(document, null, 2)}\n`,
} as const satisfies Record<string, (document: object) => Promise<string>>

export type RdfForm = keyof typeof rdfForms

/** Nothing is ever fetched while a document is read. */
const offline = async (url: string): Promise<never> => {
  throw new Error(`a document of ours asks for ${url}`)
}

async function quadsOf(document: object): Promise<Quad[]> {
  const text = await nTriples(document)
  const { Parser } = await import('n3')
  return new Parser({ format: 'N-Triples', blankNodePrefix: '_:n' }).parse(text)
}

// The libraries are large, and most processes never write RDF: they are loaded when first used.

async function nTriples(document: object): Promise<string> {
  const { default: jsonld } = await import('jsonld')
  return (await jsonld.toRDF(
    document as never,
    {
      format: 'application/n-quads',
      documentLoader: offline,
      // A field of ours that is no IRI must fail here, not vanish.
      safe: true,
    } as never,
  )) as unknown as string
}

async function turtle(document: object): Promise<string> {
  const { Writer } = await import('n3')
  const prefixes = prefixesOf(document)
  const writer = new Writer({ format: 'Turtle', prefixes })
  writer.addQuads(await quadsOf(document))
  return new Promise((resolve, reject) => writer.end((error, text: string) => (error ? reject(error) : resolve(text))))
}

/** RDF 1.1 XML Syntax: one rdf:Description for each subject, one property element for each triple. */
async function rdfXml(document: object): Promise<string> {
  const prefixes = { rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#', ...prefixesOf(document) }
  const bySubject = Map.groupBy(await quadsOf(document), ({ subject }) => subject.value)
  const descriptions = [...bySubject].map(([, quads]) => {
    const [{ subject }] = quads as [Quad]
    const properties: Record<string, unknown[]> = {}
    for (const { predicate, object } of quads) {
      const list = (properties[qualified(predicate.value, prefixes)] ??= [])
      if (object.termType === 'NamedNode') list.push({ '@rdf:resource': object.value })
      else if (object.termType === 'BlankNode') list.push({ '@rdf:nodeID': object.value })
      else if (object.termType === 'Literal') {
        const { language, datatype } = object
        const plain = datatype.value === 'http://www.w3.org/2001/XMLSchema#string'
        list.push({
          ...(language ? { '@xml:lang': language } : plain ? {} : { '@rdf:datatype': datatype.value }),
          '#text': object.value,
        })
      }
    }
    return { [subject.termType === 'BlankNode' ? '@rdf:nodeID' : '@rdf:about']: subject.value, ...properties }
  })
  const namespaces = Object.fromEntries(Object.entries(prefixes).map(([prefix, iri]) => [`@xmlns:${prefix}`, iri]))
  return xmlText({ 'rdf:RDF': { ...namespaces, 'rdf:Description': descriptions } })
}

function qualified(iri: string, prefixes: Record<string, string>): string {
  const found = Object.entries(prefixes).find(
    ([, base]) => iri.startsWith(base) && /^[A-Za-z_][\w.-]*$/.test(iri.slice(base.length)),
  )
  if (!found) throw new Error(`no prefix is declared for ${iri}`)
  return `${found[0]}:${iri.slice(found[1].length)}`
}

const prefixesOf = (document: object): Record<string, string> => {
  const context = (document as { '@context'?: Record<string, unknown> })['@context'] ?? {}
  return Object.fromEntries(
    Object.entries(context).filter((entry): entry is [string, string] => /[/#]$/.test(String(entry[1]))),
  )
}
