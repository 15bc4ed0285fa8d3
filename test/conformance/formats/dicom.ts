import { expect } from 'vitest'
import type { FileEntry } from '#imaging/format.ts'
import { dicom } from '#imaging/formats/dicom/index.ts'
import { planeCount } from '#imaging/header.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { createStatistics } from '#imaging/render/statistics.ts'
import { memorySource } from '#imaging/source.ts'
import { writeDicom } from '#imaging/write/dicom.ts'
import { dicomUid } from '#imaging/write/dicomUid.ts'
import { sampleBytes, sampleFacts, sha256 } from './profile.ts'
import type { FormatProfile } from './profile.ts'

interface Expected {
  transferSyntax: string
  Modality?: string
  Rows: number
  Columns: number
  frames: number | string
  photometric: string
  modalityLUT?: boolean
  pixelSpacing_row_col_mm?: [number, number]
  sliceThickness_mm?: number
  imageOrientation?: number[]
  imagePosition_first?: number[]
  rescaleSlope?: number
  rescaleIntercept?: number
  dtype: string
  sha256_frame0?: string
  sha256_frame0_masked?: string
  sha256_lastFrame?: string
  frame0_stored_min_max_mean?: [number, number, number]
  frame0_masked_min_max_mean?: [number, number, number]
  frame0_meanRGB_after_colour_conversion?: [number, number, number]
  stacks?: Stack[]
}

interface Stack {
  imageOrientation: number[]
  files_along_normal: string[]
  positions_mm: number[]
  steps_mm: number[]
  dims_cols_rows_slices: [number, number, number]
  dtype: string
  sha256_volume: string
}

const facts = sampleFacts() ?? {}
const expectedOf = (path: string) => (facts[path]?.expected ?? {}) as unknown as Expected

const notRead: Record<string, string> = {
  'dicom/bad/no_meta.dcm': 'damaged start',
  'dicom/bad/MR_truncated.dcm': 'pixels cut short',
  'dicom/bad/meta_missing_tsyntax.dcm': 'no rows and columns',
  'dicom/bad/UN_sequence.dcm': 'no pixels',
  'dicom/multiframe/multiframe.dcm': 'JPEG images of 55 x 240 pixels where the file says 240 x 240',
  'dicom/dicomdir/DICOMDIR': 'table of contents',
}

export const dicomProfile: FormatProfile = {
  format: 'dicom',
  folders: ['dicom/'],
  parts(path) {
    if (!path.endsWith('/')) return [path]
    // A folder stands for its first stack: localisers in three directions are three series.
    return expectedOf(path).stacks?.[0]?.files_along_normal.toReversed() ?? null
  },
  notRead,

  async check(reader, given, path) {
    const expected = given as unknown as Expected
    // The facts are of the stored values; with a Modality LUT its values are served (PS3.3 C.11.1).
    if (expected.modalityLUT) {
      // dicomLut.test.ts compares what is served with pydicom.
      const { header } = reader
      expect([header.sampleType, header.slope, header.intercept]).toEqual(['uint16', [1], [0]])
      const served = await reader.plane(0)
      const stored = await dicom.open([withoutModalityLut(path)])
      expect(served).not.toEqual(await stored.plane(0))
      return dicomProfile.check(stored, { ...given, modalityLUT: false }, path)
    }
    const { header } = reader
    const [stack] = expected.stacks ?? []
    if (stack) {
      const [x, y, z] = stack.dims_cols_rows_slices
      expect(header.shape).toEqual({ x, y, z, t: 1, c: 1 })
      expect(header.sampleType).toBe(stack.dtype)
      expect(header.direction!.slice(0, 6)).toEqual(stack.imageOrientation)
      expect(header.spacing![2]).toBeCloseTo(stack.steps_mm[0]!, 5)
      expect(header.warnings.some((warning) => warning.includes('equally spaced'))).toBe(stack.steps_mm.length > 1)
      const planes: Uint8Array[] = []
      for (let k = 0; k < z; k++) planes.push(await reader.plane(k))
      expect(sha256(Buffer.concat(planes))).toBe(stack.sha256_volume)
      return
    }
    const frames = Number.isInteger(expected.frames) ? Number(expected.frames) : 15
    expect([header.shape.x, header.shape.y, planeCount(header)]).toEqual([expected.Columns, expected.Rows, frames])
    expect(header.modality).toBe(expected.Modality ?? null)
    const isColour = expected.photometric !== 'MONOCHROME1' && expected.photometric !== 'MONOCHROME2'
    expect(header.samplesPerPixel).toBe(isColour ? 3 : 1)
    expect(header.sampleType).toBe(expected.dtype ?? 'uint32')
    if (expected.pixelSpacing_row_col_mm) {
      expect(header.spacing![0]).toBeCloseTo(expected.pixelSpacing_row_col_mm[1], 6)
      expect(header.spacing![1]).toBeCloseTo(expected.pixelSpacing_row_col_mm[0], 6)
    }
    // Directions are made unit length; files round them to six digits.
    expected.imageOrientation?.forEach((v, i) => expect(header.direction![i]).toBeCloseTo(v, 4))
    if (expected.rescaleSlope !== undefined) {
      expect([header.slope[0], header.intercept[0]]).toEqual([expected.rescaleSlope, expected.rescaleIntercept])
    }

    const hashes: string[] = []
    for (let k = 0; k < frames; k++) hashes.push(sha256(await reader.plane(k)))
    const frame0 = expected.sha256_frame0_masked ?? expected.sha256_frame0
    const isConverted = expected.photometric.startsWith('YBR_FULL') || expected.photometric === 'PALETTE COLOR'
    // Planes follow the geometry, which may run against the order of the frames in the file.
    const k = isConverted || !frame0 ? 0 : hashes.indexOf(frame0)
    expect(k).toBeGreaterThanOrEqual(0)
    if (expected.sha256_lastFrame && !isConverted) {
      expect([hashes[0], hashes.at(-1)]).toContain(expected.sha256_lastFrame)
      expect([hashes[0], hashes.at(-1)]).toContain(frame0)
    }
    if (expected.imagePosition_first && header.origin) {
      expected.imagePosition_first.forEach((v, i) => {
        const along = header.direction![6 + i]! * header.spacing![2] * k
        expect(header.origin![i]! + along).toBeCloseTo(v, 4)
      })
    }
    const plane = await reader.plane(k)
    if (isColour && expected.frame0_meanRGB_after_colour_conversion && header.sampleType === 'uint8') {
      const sums = [0, 0, 0]
      plane.forEach((v, i) => (sums[i % 3]! += v))
      // Chroma is interpolated differently by different programs.
      const tolerance = expected.photometric.endsWith('422') ? 2 : 0.001
      sums.forEach((sum, i) => {
        const wanted = expected.frame0_meanRGB_after_colour_conversion![i]!
        expect(Math.abs(sum / (plane.length / 3) - wanted)).toBeLessThan(tolerance)
      })
    }
    const range = expected.frame0_masked_min_max_mean ?? expected.frame0_stored_min_max_mean
    if (range && !isColour) {
      const statistics = createStatistics({ ...header, slope: [1], intercept: [0] })
      statistics.add(k, plane)
      const { minimum, maximum, mean } = statistics.result()!
      ;[minimum, maximum, mean].forEach((v, i) => expect(v).toBeCloseTo(range[i]!, 4))
    }
    const tags = await reader.tags()
    expect(tags.find((tag) => tag.key === '(0028,0010)')).toEqual({
      key: '(0028,0010)',
      name: 'Rows',
      value: String(expected.Rows),
    })
  },

  async generate() {
    const image = phantom('mouse-pet-dynamic', { resolution: 0.25, frames: 3, seed: 6 })
    const metadata = {
      patient: { id: 'M-1', species: { description: 'Mus musculus' }, weightGrams: 22.5 },
      study: { uid: dicomUid('conformance', 'study'), start: '2024-03-01T10:00:00' },
      series: { uid: dicomUid('conformance', 'series'), number: 1, start: '2024-03-01T10:15:00' },
    }
    const files = []
    for await (const { name, bytes } of writeDicom(image, metadata)) {
      files.push({ path: `made/${name}`, source: memorySource(bytes) })
    }
    return files
  },
}

/** The sample with the tag of its Modality LUT Sequence (0028,3000) changed to one that nobody knows. */
function withoutModalityLut(path: string): FileEntry {
  const bytes = Buffer.from(sampleBytes(path))
  const at = bytes.indexOf(Buffer.from([0x28, 0, 0, 0x30, 0x53, 0x51]))
  bytes.writeUInt16LE(0x3fff, at + 2)
  return { path, source: memorySource(new Uint8Array(bytes)) }
}
