import type { Fact, FactKey } from '../../format.ts'
import { text } from './directory.ts'
import type { Directory, TiffFile } from './directory.ts'
import { looksLikeImageJ } from './imageJ.ts'
import { looksLikeOme } from './ome.ts'
import type { Ome } from './ome.ts'
import { attribute, child, children, textOf } from './xml.ts'

const longestLabel = 200

const adder =
  (facts: Fact[]) =>
  (key: FactKey, value: string | undefined, evidence: string): void => {
    if (value && !facts.some((fact) => fact.key === key))
      facts.push({ key, value: value.slice(0, longestLabel), evidence })
  }

/** What the OME-XML says about the experiment. */
export function omeFacts(ome: Ome): Fact[] {
  const facts: Fact[] = []
  const add = adder(facts)
  const [image] = ome.images
  add('series.label', attribute(image, 'Name'), 'OME Image Name')
  const acquired = textOf(child(image, 'AcquisitionDate')) ?? textOf(child(image, 'AcquiredDate'))
  add('series.acquiredAt', isoText(acquired), 'OME Image AcquisitionDate')
  const microscope = children(ome.root, 'Instrument')
    .map((instrument) => child(instrument, 'Microscope'))
    .find(Boolean)
  add('instrument.manufacturer', attribute(microscope, 'Manufacturer'), 'OME Microscope Manufacturer')
  add('instrument.model', attribute(microscope, 'Model'), 'OME Microscope Model')
  add('instrument.serialNumber', attribute(microscope, 'SerialNumber'), 'OME Microscope SerialNumber')
  return facts
}

/** What the first page and the OME-XML say about the experiment. */
export async function factsOf(file: TiffFile, ome: Ome | null): Promise<Fact[]> {
  const directory = file.directories[0]!
  const facts = ome ? omeFacts(ome) : []
  const add = adder(facts)
  const tag = async (key: FactKey, number: number, name: string, change: (value: string) => string | undefined) => {
    const value = (await asciiOf(file, directory, number))?.trim()
    if (value) add(key, change(value), `IFD0/${name} (${number})`)
  }
  await tag('series.label', 270, 'ImageDescription', labelOf)
  await tag('series.acquiredAt', 306, 'DateTime', tiffDateTime)
  await tag('instrument.manufacturer', 271, 'Make', (value) => value)
  await tag('instrument.model', 272, 'Model', (value) => value)
  await tag('instrument.softwareVersion', 305, 'Software', (value) => value)
  return facts
}

const asciiOf = (file: TiffFile, directory: Directory, tag: number): Promise<string | undefined> =>
  directory.entries.get(tag)?.type === 2 ? text(file, directory, tag) : Promise.resolve(undefined)

/** The first line of a description that a person wrote, not a program. */
function labelOf(description: string): string | undefined {
  if (looksLikeImageJ(description) || looksLikeOme(description) || /^[<{]/.test(description)) return undefined
  return description.split(/[\r\n]/)[0]!.trim() || undefined
}

/** "2024:03:01 10:15:00" (TIFF 6.0, DateTime). */
function tiffDateTime(value: string): string | undefined {
  const [, year, month, day, time] = /^(\d{4}):(\d{2}):(\d{2}) (\d{2}:\d{2}:\d{2})/.exec(value) ?? []
  return year === undefined ? undefined : isoText(`${year}-${month}-${day}T${time}`)
}

/** An RFC 3339 text when it is a real point in time after 1970. */
function isoText(value: string | undefined): string | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}:\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?/.exec(value ?? '')
  if (!match) return undefined
  const moment = Date.parse(`${match[1]}${match[2] ?? 'T00:00:00'}${match[3] ?? 'Z'}`)
  return Number.isFinite(moment) && moment > 0 ? match[0] : undefined
}
