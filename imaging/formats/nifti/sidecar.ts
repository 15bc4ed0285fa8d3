import { strFromU8 } from 'fflate'
import { bidsKeys, bidsUnits, longNuclide } from '../../bidsKeys.ts'
import type { Fact, FactKey, FileEntry } from '../../format.ts'
import type { Header } from '../../header.ts'
import { table } from '../../table.ts'

/** Sidecars are some kilobytes; a table of one number for each of many thousand frames is the most that is met. */
const largest = 4 * 1024 * 1024
const longestText = 200

export interface Sidecar {
  facts: Fact[]
  /** Replaces what the NIfTI header cannot say. */
  header: Partial<Pick<Header, 'modality' | 'unit' | 'frames'>>
  warnings: string[]
}

/** Batch path of the sidecar of a NIfTI file: the same name with .json (BIDS 1.11, file name structure). */
export const sidecarPath = (path: string): string => path.replace(/\.(nii|hdr|img)(\.gz)?$/i, '') + '.json'

/**
 * Reads the BIDS sidecar of an image. One that is damaged takes nothing away from the image.
 * @param times number of frames of the image
 */
export async function readSidecar({ path, source }: FileEntry, times: number): Promise<Sidecar> {
  const none = (why: string): Sidecar => ({
    facts: [],
    header: {},
    warnings: [`The sidecar ${path} ${why}; it is not used.`],
  })
  if (source.size > largest) return none(`has ${source.size} bytes`)
  let values: unknown
  try {
    values = JSON.parse(strFromU8(await source.read(0, source.size)))
  } catch {
    return none('is not JSON')
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values)) return none('holds no keys')
  const given = new Map(Object.entries(values))
  const warnings: string[] = []
  return { facts: factsOf(given), header: headerOf(given, times, path, warnings), warnings }
}

function factsOf(given: Map<string, unknown>): Fact[] {
  const facts: Fact[] = []
  for (const [key, name] of Object.entries(bidsKeys) as [FactKey, string][]) {
    const value = given.get(name)
    if (value === undefined || value === 'n/a') continue
    const evidence = `${name} (BIDS sidecar)`
    if (name in bidsUnits) {
      const { key: unitKey, unit } = bidsUnits[name as keyof typeof bidsUnits]
      const factor = factors[unit][String(given.get(unitKey) ?? unit)]
      if (typeof value === 'number' && Number.isFinite(value) && factor !== undefined)
        facts.push({ key, value: { value: Number((value * factor).toPrecision(12)), unit }, evidence })
      continue
    }
    if (typeof value !== 'string' && typeof value !== 'number') continue
    const text = String(value).trim().slice(0, longestText)
    if (text === '') continue
    facts.push({ key, value: key === 'administration.radionuclide' ? longNuclide(text) : text, evidence })
  }
  return facts
}

/** Units that people write for activity and volume, in those of the facts. */
const factors = {
  MBq: table<number>({ Bq: 1e-6, kBq: 1e-3, MBq: 1, GBq: 1e3, mCi: 37, uCi: 0.037, '\u00b5Ci': 0.037 }),
  mL: table<number>({ mL: 1, ml: 1, L: 1e3, uL: 1e-3, '\u00b5L': 1e-3 }),
}

function headerOf(given: Map<string, unknown>, times: number, path: string, warnings: string[]): Sidecar['header'] {
  const out: Sidecar['header'] = {}
  const modality = given.get('Modality')
  // BIDS says nothing of the modality but by its folders; a tracer with a radionuclide is only in PET sidecars.
  if (typeof modality === 'string' && /^[A-Z]{2,4}$/.test(modality)) out.modality = modality
  else if (typeof given.get('TracerRadionuclide') === 'string') out.modality = 'PT'
  const unit = given.get('Units')
  if (typeof unit === 'string' && unit !== 'n/a' && /^[^\s]{1,32}$/.test(unit)) out.unit = unit
  const starts = numbers(given.get('FrameTimesStart'))
  const durations = numbers(given.get('FrameDuration'))
  if (starts && durations && times > 1) {
    const isSound =
      starts.length === times &&
      durations.length === times &&
      durations.every((v) => v >= 0) &&
      starts.every((v, i) => i === 0 || v > starts[i - 1]!)
    if (isSound) out.frames = { startSeconds: starts, durationSeconds: durations }
    else warnings.push(`The frame times in ${path} do not fit the ${times} frames of the image; they are not used.`)
  }
  return out
}

const numbers = (value: unknown): number[] | null =>
  Array.isArray(value) && value.every((v) => typeof v === 'number' && Number.isFinite(v)) ? (value as number[]) : null
