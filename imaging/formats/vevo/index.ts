import { strFromU8 } from 'fflate'
import { ImagingError } from '../../errors.ts'
import type { Fact, FileScan, Format, SeriesReader } from '../../format.ts'
import { formatLabels } from '../labels.ts'
import { checkPlane, planeBytes, sampleBytes } from '../../header.ts'
import { readFrames, readTimes } from './frames.ts'
import { layOut } from './layout.ts'
import { imageKind, isBeforeDetection, isBeside, isParameterFile, mainImage, otherKind, stemOf } from './names.ts'
import { parameterFacts, parameterTags, readParameters } from './parameters.ts'

/**
 * VisualSonics Vevo 2100 and 3100, export "RAW": parameters in `name.raw.xml`, frames in `name.raw.bmode`,
 * `name.raw.3d.bmode`, `name.raw.pamode` or `name.raw.3d.pamode`.
 */
export const vevo: Format = {
  id: 'vevo',
  label: formatLabels.vevo,
  mediaType: 'application/x-visualsonics-vevo',
  extensions: ['.raw.3d.bmode', '.raw.3d.pamode', '.raw.bmode', '.raw.pamode', '.raw.xml'],
  verified: false,

  sniff(path, head) {
    if (isParameterFile(path)) return strFromU8(head, true).includes('<')
    return imageKind(path) !== undefined || isBeside(path) || otherKind(path) !== undefined
  },

  async scan(entry, find, siblings = () => []): Promise<FileScan> {
    const { path, source } = entry
    const kind = imageKind(path)
    if (kind) {
      const found: FileScan = {
        seriesKey: path,
        role: 'image',
        companions: [find(`${stemOf(path)}.raw.xml`) ?? `${stemOf(path)}.raw.xml`],
        raw: siblings().flatMap((file) =>
          isBeforeDetection(file.path) && file.path.startsWith(`${stemOf(path)}.`) ? [file.path] : [],
        ),
        facts: [labelled(kind.label)],
      }
      try {
        await readFrames(source, path)
      } catch (error) {
        if (!(error instanceof ImagingError)) throw error
        found.problem = error
      }
      return found
    }
    const main = mainImage(path, find)
    if (isParameterFile(path)) {
      const facts = parameterFacts(await readParameters(source))
      return { seriesKey: main ?? path, role: 'image', companions: [main ?? `${stemOf(path)}.raw.bmode`], facts }
    }
    if (main !== undefined && isBeside(path)) return { seriesKey: main, role: 'data', companions: [], facts: [] }
    const what = otherKind(path) ?? 'data beside an image that is not here'
    return {
      seriesKey: path,
      role: isBeforeDetection(path) ? 'raw' : 'index',
      companions: [],
      facts: [],
      reason: `Named as ${what} (VisualSonics Vevo): kept, not displayed.`,
    }
  },

  async open(files): Promise<SeriesReader> {
    const data = files.find(({ path }) => imageKind(path))
    if (!data) {
      const [first] = files
      throw new ImagingError(
        'missing-companion',
        `${first?.path ?? 'The series'} comes without its frames (a file such as ${stemOf(first?.path ?? 'name')}.raw.bmode). Add it.`,
      )
    }
    const described = files.find(({ path }) => isParameterFile(path))
    if (!described) {
      throw new ImagingError(
        'missing-companion',
        `${data.path} needs the parameters ${stemOf(data.path)}.raw.xml, which are not there. Add them.`,
      )
    }
    const kind = imageKind(data.path)!
    const parameters = await readParameters(described.source)
    const frames = await readFrames(data.source, data.path)
    const times = await readTimes(data.source, data.path, frames)
    const { header, lineHeaderBytes } = layOut(parameters, kind, frames, times, data.path)
    const { x: lines, y: samples, z, t } = header.shape
    const size = sampleBytes[header.sampleType]
    const stored = lines * (samples * size + lineHeaderBytes)
    return {
      header,
      facts: [...parameterFacts(parameters), labelled(kind.label)],
      tags: async () => parameterTags(parameters),
      async plane(k) {
        checkPlane(header, k)
        const channel = Math.floor(k / (z * t))
        const bytes = await data.source.read(frames.offset(k % (z * t)) + channel * stored, stored)
        return transposed(bytes, lines, samples, size, lineHeaderBytes, planeBytes(header))
      },
      direct: () => null,
    }
  },
}

const labelled = (label: string): Fact => ({ key: 'series.label', value: label, evidence: 'name of the file' })

/** Scan lines stored one after the other, as rows of equal depth. */
function transposed(
  bytes: Uint8Array,
  lines: number,
  samples: number,
  size: number,
  skipped: number,
  length: number,
): Uint8Array {
  const out = new Uint8Array(length)
  const perLine = samples * size + skipped
  for (let line = 0; line < lines; line++) {
    const start = line * perLine + skipped
    for (let row = 0; row < samples; row++) {
      for (let b = 0; b < size; b++) out[(row * lines + line) * size + b] = bytes[start + row * size + b]!
    }
  }
  return out
}
