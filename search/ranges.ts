/** Numbers that image series are searched by, in one unit each, whatever unit was entered. A new one is one entry here. */
import type { Related } from './payload.ts'

export interface Range {
  /** Name in queries: `range.Age=42..84`, `age:>=42`. */
  name: string
  title: string
  /** UCUM. */
  unit: string
  /** Of a series and what belongs to it. Where several animals or injections differ, the smallest counts. */
  values(related: Related): number[]
}

type Quantity = { value: number; unit: string }
type Fields = Record<string, unknown>

/** Factors to the unit of a range; a unit that is missing here (a dose in cells) is no number of that range. */
const factors: Record<string, Record<string, number>> = {
  MBq: { MBq: 1, kBq: 1e-3, GBq: 1e3, mCi: 37, uCi: 0.037 },
  'mg/kg': { 'mg/kg': 1, 'ug/kg': 1e-3 },
  g: { g: 1, kg: 1e3, mg: 1e-3 },
}

const all = (related: Related, entity: string): readonly Fields[] => related.get(entity) ?? []

function inUnit(quantity: unknown, unit: string): number[] {
  const { value, unit: given } = (quantity ?? {}) as Partial<Quantity>
  const factor = given === undefined ? undefined : factors[unit]?.[given]
  return typeof value === 'number' && factor !== undefined ? [value * factor] : []
}

const given = (related: Related): Fields[] =>
  all(related, 'Event').flatMap(({ agentAdministration }) =>
    agentAdministration === undefined ? [] : [agentAdministration as Fields],
  )

const instant = (when: unknown): number => Date.parse(String((when as { dateTime?: string } | undefined)?.dateTime))

/** Days from birth to the acquisition, else to the start of the session. */
function ages(related: Related): number[] {
  const [series] = all(related, 'ImageSeries')
  const times = [series?.acquiredAt, ...all(related, 'ImagingSession').map((session) => session.start)].map(instant)
  const at = times.find((time) => !Number.isNaN(time))
  const births = all(related, 'Subject').map((subject) => Date.parse(String((subject.animal as Fields)?.birthDate)))
  return at === undefined
    ? []
    : births.filter((birth) => birth <= at).map((birth) => Math.floor((at - birth) / 86_400_000))
}

export const ranges: readonly Range[] = [
  { name: 'Age', title: 'Age', unit: 'd', values: ages },
  {
    name: 'Weight',
    title: 'Body weight',
    unit: 'g',
    values: (related) =>
      all(related, 'Event')
        .map((event) => event.measurement as Fields | undefined)
        .filter((measurement) => measurement?.what === 'body weight')
        .flatMap((measurement) => inUnit(measurement?.value, 'g')),
  },
  {
    name: 'Activity',
    title: 'Injected activity',
    unit: 'MBq',
    values: (related) => given(related).flatMap(({ activity }) => inUnit(activity, 'MBq')),
  },
  {
    name: 'Dose',
    title: 'Dose',
    unit: 'mg/kg',
    values: (related) => given(related).flatMap(({ dose }) => inUnit(dose, 'mg/kg')),
  },
  {
    name: 'Voxel',
    title: 'Finest voxel edge',
    unit: 'mm',
    values: (related) => {
      const image = all(related, 'ImageSeries')[0]?.image as { spacingMillimetres?: number[] } | undefined
      return image?.spacingMillimetres ?? []
    },
  },
  {
    name: 'Size',
    title: 'Size',
    unit: 'MB',
    values: (related) => all(related, 'ImageSeries').map(({ byteCount }) => Number(byteCount) / 1e6),
  },
]

/** Numbers of an image series by the names of the ranges; what is not recorded is left out. */
export function rangesOf(related: Related): Record<string, number> {
  return Object.fromEntries(
    ranges.flatMap(({ name, values }) => {
      const numbers = values(related).filter(Number.isFinite)
      return numbers.length === 0 ? [] : [[name, Math.min(...numbers)]]
    }),
  )
}
