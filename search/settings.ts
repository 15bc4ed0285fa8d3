/** Settings of the index, read off the annotations of all schemas. */
import { fieldsOf, type Entity } from '#ontology/entity.ts'
import { Dataset } from '#ontology/entities/dataset.ts'
import { ImageSeries } from '#ontology/entities/series.ts'
import { modalities } from '#ontology/modalities.ts'
import { synonymGroups } from '#ontology/terms.ts'
import type { Node } from '#ontology/vocabulary.ts'
import type { SearchSettings } from './engine.ts'
import { ranges } from './ranges.ts'

/** Names that documents have of their own. */
export const dateName = 'date'
export const yearFacet = 'Year'
/** Facet whose values are DICOM modality codes. */
export const modalityFacet = (ImageSeries.record.properties.modality as Node)['x-facet'] ?? ''

/** Whose images: creators of a dataset, and the people of the project of what is not public. */
export const creatorFacet = 'Creator'

/** Facets that people narrow by first; the others follow in the order of the schemas. */
const leading = [
  creatorFacet,
  'Keyword',
  modalityFacet,
  'Species',
  'Strain',
  'Sex',
  'Disease',
  'Organ',
  'Agent',
  'Radionuclide',
  'Cell line',
  'Instrument',
  yearFacet,
]

/** Other names of codes that are written in place of a term. */
const codeNames = Object.entries(modalities).map(([code, name]) => [code, ...name.split(' / ')])

/** Settings for documents of these entities and of datasets. */
export function settingsOf(entities: readonly Entity[]): SearchSettings {
  const found = {
    weights: new Set<number>(),
    facets: new Set<string>(),
    dates: new Set<string>(),
    numbers: new Set<string>(),
  }
  for (const schema of [...entities.map((entity) => entity.record), Dataset]) gather(schema as Node, found)
  const facets = [...found.facets, yearFacet]
  return {
    weights: [...found.weights].toSorted((a, b) => b - a),
    facets: [...leading.filter((name) => facets.includes(name)), ...facets.filter((name) => !leading.includes(name))],
    dates: [dateName, ...found.dates],
    numbers: [...new Set([...found.numbers, ...ranges.map(({ name }) => name)])],
    synonyms: [...synonymGroups, ...codeNames],
  }
}

function gather(
  schema: Node,
  found: Record<'facets' | 'dates' | 'numbers', Set<string>> & { weights: Set<number> },
): void {
  for (const [name, field] of fieldsOf(schema)) {
    const { 'x-search': weight, 'x-facet': facet, 'x-sort': sorted } = field
    if (weight !== undefined) found.weights.add(weight)
    if (facet !== undefined) found.facets.add(facet)
    if (sorted || facet !== undefined) {
      if (field.type === 'integer' || field.type === 'number') found.numbers.add(facet ?? name)
      if (field.format === 'date' || field.format === 'date-time' || field['x-type'] === 'WhenStamp') {
        found.dates.add(facet ?? name)
      }
    }
    gather(field.items ?? field, found)
  }
}
