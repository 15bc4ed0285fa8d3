/** The pinned term lists: what fields with `x-vocabulary` offer, with the codes that make a term machine-readable. */
import agents from './terms/agents.json' with { type: 'json' }
import anaesthetics from './terms/anaesthetics.json' with { type: 'json' }
import anatomy from './terms/anatomy.json' with { type: 'json' }
import cellLines from './terms/cellLines.json' with { type: 'json' }
import diseases from './terms/diseases.json' with { type: 'json' }
import keywords from './terms/keywords.json' with { type: 'json' }
import modalities from './terms/modalities.json' with { type: 'json' }
import radionuclides from './terms/radionuclides.json' with { type: 'json' }
import routes from './terms/routes.json' with { type: 'json' }
import species from './terms/species.json' with { type: 'json' }
import strains from './terms/strains.json' with { type: 'json' }
import units from './terms/units.json' with { type: 'json' }
import type { Agent } from './entities/agent.ts'
import type { CodedTerm } from './values.ts'

export interface Term extends CodedTerm {
  synonyms?: string[]
  /** Species of a strain or cell line, by its label. */
  species?: string
  /** Disease that a cell line stands for, by its label. */
  disease?: string
  /** What a person who chooses the term should be told. */
  warning?: string
  /** Species: lightest newborn and heaviest adult that are plausible, in grams. */
  bodyMassGrams?: [number, number]
}

export interface TermList {
  title: string
  /** Rises when terms are added, corrected or removed. */
  version: string
  source: string
  licence: string
  terms: Term[]
}

/** Agents and units have more to them than terms do; here they are names that can be found. */
const namesOfAgents = {
  ...agents,
  terms: agents.agents.map(({ name, synonyms, codings }) => ({ label: name, synonyms, codings })),
}
const namesOfUnits = {
  ...units,
  terms: units.dimensions.flatMap((dimension) =>
    dimension.units.map(({ code, synonyms }) => ({ label: code, synonyms, codings: [{ scheme: 'UCUM', code }] })),
  ),
}

const files = {
  species,
  strains,
  anatomy,
  routes,
  anaesthetics,
  cellLines,
  diseases,
  keywords,
  modalities,
  radionuclides,
  agents: namesOfAgents,
  units: namesOfUnits,
} as unknown as Record<string, TermList>

/** Where the codes of a scheme can be looked up: the code follows the prefix. Schemes without public addresses have none. */
const iriPrefixes: Record<string, string> = {
  NCBITaxon: 'http://purl.obolibrary.org/obo/NCBITaxon_',
  UBERON: 'http://purl.obolibrary.org/obo/UBERON_',
  CHEBI: 'http://purl.obolibrary.org/obo/CHEBI_',
  DOID: 'http://purl.obolibrary.org/obo/DOID_',
  NCIT: 'http://purl.obolibrary.org/obo/NCIT_',
  SCT: 'http://snomed.info/id/',
  DCM: 'http://dicom.nema.org/resources/ontology/DCM/',
  RRID: 'https://identifiers.org/RRID:',
  CVCL: 'https://identifiers.org/cellosaurus:',
  PUBCHEM_CID: 'https://identifiers.org/pubchem.compound:',
}

const withIris = <T extends { codings?: CodedTerm['codings'] }>(thing: T): T => {
  if (!thing.codings) return thing
  const codings = thing.codings.map((coding) => {
    const prefix = iriPrefixes[coding.scheme]
    return prefix ? { ...coding, iri: prefix + coding.code } : coding
  })
  return { ...thing, codings }
}

/** Term lists by the name that `x-vocabulary` gives. */
export const vocabularies: ReadonlyMap<string, TermList> = new Map(
  Object.entries(files).map(([name, list]) => [name, { ...list, terms: list.terms.map(withIris) }]),
)

/** A first catalogue of agents: common tracers, contrast agents, anaesthetics and vehicles. */
export const agentSeeds = (agents.agents as unknown as AgentSeed[]).map(withIris)
export type AgentSeed = Pick<
  Agent,
  'name' | 'synonyms' | 'category' | 'codings' | 'radionuclide' | 'halfLifeSeconds' | 'molarMassGramPerMole'
>

/** Lower case, without accents and without anything but letters and digits: "U-87 MG" and "u87mg" are the same. */
const squeeze = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll('μ', 'u')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')

/**
 * Terms of a vocabulary that a person may mean by `q`, the most likely first: equal label, equal synonym, label that
 * starts so, a word or synonym that starts so, then anything that contains it. An empty `q` gives the list's beginning.
 * @param more terms that curators of the site have added to the list
 * @returns at most `limit` terms; none for an unknown vocabulary
 */
export function findTerms(vocabulary: string, q: string, limit = 20, more: readonly Term[] = []): Term[] {
  const terms = [...(vocabularies.get(vocabulary)?.terms ?? []), ...more]
  const wanted = squeeze(q)
  if (wanted === '') return terms.slice(0, limit)
  const ranked: { term: Term; rank: number }[] = []
  for (const term of terms) {
    const rank = Math.min(rankOf(term.label, wanted), ...(term.synonyms ?? []).map((s) => rankOf(s, wanted) + 1))
    if (rank < 8) ranked.push({ term, rank })
  }
  // The sort is stable, so terms of one rank stay in the order of the list.
  return ranked
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, limit)
    .map((r) => r.term)
}

/** 0 equal, 2 starts so, 4 one of its words starts so, 6 contains it, 8 nothing of it. */
function rankOf(name: string, wanted: string): number {
  const whole = squeeze(name)
  if (whole === wanted) return 0
  if (whole.startsWith(wanted)) return 2
  if (name.split(/[^\p{L}\p{N}]+/u).some((word) => squeeze(word).startsWith(wanted))) return 4
  return whole.includes(wanted) ? 6 : 8
}

/** The term that carries this label in a vocabulary. */
export const termByLabel = (vocabulary: string, label: string): Term | undefined =>
  vocabularies.get(vocabulary)?.terms.find((term) => term.label === label)

/** Other names of the term with this label, in any vocabulary or in the catalogue of agents. */
export function synonymsOf(label: string): string[] {
  const wanted = squeeze(label)
  const found = synonymGroups.filter(([first]) => squeeze(first ?? '') === wanted)
  return [...new Set(found.flatMap((group) => group.slice(1)))]
}

/** Names of one and the same thing, its label first: what a search for one of them should find as well. */
export const synonymGroups: readonly (readonly string[])[] = [...vocabularies]
  .flatMap(([name, list]) => (name === 'units' ? [] : list.terms.map((term) => [term.label, ...(term.synonyms ?? [])])))
  .filter((group) => group.length > 1)
