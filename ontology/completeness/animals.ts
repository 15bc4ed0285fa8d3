/** Which animals there were, in the words of a methods section. */
import { computedOfSeries } from '../computed/index.ts'
import type { Subject } from '../entities/subject.ts'
import { animalsOf, around, type Told } from './told.ts'
import { listed, notRecorded, rangeText } from './words.ts'

const sexes = { M: 'male', F: 'female', other: 'other', unknown: 'unknown sex' } as const

function agesAndWeights(told: Told): { ages: number[]; weights: number[] } {
  const [ages, weights]: [number[], number[]] = [[], []]
  for (const series of told.series) {
    for (const subjectId of series.subjectIds ?? []) {
      const { age, weight } = computedOfSeries({ ...series, subjectIds: [subjectId] }, around(told, subjectId))
      if (age?.value !== undefined) ages.push(age.value)
      if (weight?.value !== undefined) weights.push(weight.value)
    }
  }
  return { ages, weights }
}

export function animalsText(told: Told): string {
  const animals = animalsOf(told)
  const groups = Map.groupBy(animals, ({ species, animal }) =>
    [
      animal?.sex ? sexes[animal.sex] : 'sex not recorded',
      animal?.strain?.label ?? 'strain not recorded',
      species?.label ?? 'species not recorded',
    ].join(' '),
  )
  const { ages, weights } = agesAndWeights(told)
  return [
    listed([...groups].map(([words, own]) => `${own.length} ${words}`)),
    `age at imaging ${
      rangeText(
        ages.map((days) => days / 7),
        'weeks',
      ) ?? notRecorded
    }`,
    `body weight ${rangeText(weights, 'g') ?? notRecorded}`,
  ].join('; ')
}

export function provenance(animals: readonly Subject[]): string | undefined {
  return listed(
    animals.flatMap(({ animal }) => [
      animal?.supplier,
      animal?.healthStatus,
      animal?.geneticStatus,
      animal?.genotype,
      animal?.treatmentNaive === undefined ? undefined : animal.treatmentNaive ? 'not used before' : 'used before',
    ]),
  )
}
