/** The sets by which harvesters choose: modality, species, licence. */
import { harvested } from '#api/access/rights.ts'
import { Dataset as Row } from '#api/db/models.ts'
import { licences } from '#ontology/entities/project.ts'
import { modalities } from '#ontology/modalities.ts'

/** Sets of a dataset: modality, species and licence. */
export const setsOf = (row: Row): string[] => {
  const { licence, facts } = row.body as { licence?: string; facts: { modalities: string[]; species: string[] } }
  const codes = Object.entries(modalities).flatMap(([code, title]) => (facts.modalities.includes(title) ? [code] : []))
  return [
    ...codes.map((code) => `modality:${code}`),
    ...facts.species.map((name) => `species:${setName(name)}`),
    ...(licence ? [`licence:${licence}`] : []),
  ]
}
/** A setSpec has unreserved characters only. */
const setName = (text: string): string => text.trim().replaceAll(/[^A-Za-z0-9.-]+/g, '_')

export async function allSets(): Promise<[spec: string, name: string][]> {
  const rows = await Row.findAll({ attributes: ['body'], where: harvested })
  const species = [...new Set(rows.flatMap((row) => (row.body as { facts: { species: string[] } }).facts.species))]
  return [
    ['modality', 'By modality'],
    ...Object.entries(modalities).map(([code, title]): [string, string] => [`modality:${code}`, title]),
    ['species', 'By species'],
    ...species.toSorted().map((name): [string, string] => [`species:${setName(name)}`, name]),
    ['licence', 'By licence'],
    ...licences.map((spdx): [string, string] => [`licence:${spdx}`, spdx]),
  ]
}

/** Whether a dataset is in a set or below it. */
export const isInSet = (row: Row, set: string | undefined): boolean =>
  set === undefined || setsOf(row).some((one) => one === set || one.startsWith(`${set}:`))
