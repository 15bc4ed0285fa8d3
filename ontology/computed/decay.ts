/**
 * Radioactive decay. A(t) = A(0) * 2^(-t / T½); half-lives of the radionuclides that agents name, in seconds, as in
 * ontology/terms/radionuclides.json.
 */
import radionuclides from '../terms/radionuclides.json' with { type: 'json' }

interface Radionuclide {
  label: string
  halfLifeSeconds: number
}

const halfLives = new Map((radionuclides.terms as Radionuclide[]).map((each) => [each.label, each.halfLifeSeconds]))

/** @returns undefined for a nuclide that the list does not have */
export const halfLifeOf = (radionuclide: string): number | undefined => halfLives.get(radionuclide)

/**
 * Activity after some time, or before it when `seconds` is negative.
 * @param activity in any unit, which the result has too
 * @param halfLifeSeconds more than 0
 */
export const decayed = (activity: number, halfLifeSeconds: number, seconds: number): number =>
  activity * 2 ** (-seconds / halfLifeSeconds)
