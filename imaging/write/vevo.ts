import { strToU8 } from 'fflate'
import { ImagingError } from '../errors.ts'
import type { Fact } from '../format.ts'
import { planeBytes, planeCount } from '../header.ts'
import type { Header } from '../header.ts'
import type { Image } from './planes.ts'

export interface VevoOptions {
  /** Name without ending, for example `2024-11-04-09-04-00_PSAX`. */
  stem: string
  facts?: readonly Fact[]
  /** Depth in mm at which the picture begins. */
  depthOffset?: number
}

/** "11/4/2024" and "9:04:00 AM", as scanners with American settings write them. */
const american = (text: string): { date: string; time: string } => {
  const [, year, month, day, hour, rest] = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d:\d\d)/.exec(text) ?? []
  if (rest === undefined) return { date: '', time: '' }
  const half = Number(hour) < 12 ? 'AM' : 'PM'
  return { date: `${Number(month)}/${Number(day)}/${year}`, time: `${Number(hour) % 12 || 12}:${rest} ${half}` }
}

/**
 * An export "RAW" of a Vevo scanner: parameters, and 8-bit B-mode frames (time or slices), or photoacoustic ones of
 * 16 bits when the modality is PA.
 * @throws ImagingError 'unsupported' for colour, channels, other sample types, or both time and slices
 */
export async function writeVevo(
  { header, planes }: Image,
  { stem, facts = [], depthOffset = 2 }: VevoOptions,
): Promise<{ name: string; bytes: Uint8Array }[]> {
  const isAcoustic = header.modality === 'PA'
  const { z, t, c } = header.shape
  const fits = header.sampleType === (isAcoustic ? 'uint16' : 'uint8') && header.samplesPerPixel === 1
  if (!fits || c > 1 || (z > 1 && t > 1)) {
    throw new ImagingError(
      'unsupported',
      'A Vevo export holds one grey channel of frames or slices: 8-bit B-mode or 16-bit PA.',
    )
  }
  const ending = `${z > 1 ? '3d.' : ''}${isAcoustic ? 'pamode' : 'bmode'}`
  return [
    { name: `${stem}.raw.xml`, bytes: strToU8(parameters(header, facts, depthOffset)) },
    { name: `${stem}.raw.${ending}`, bytes: await frames({ header, planes }) },
  ]
}

function parameters(header: Header, facts: readonly Fact[], depthOffset: number): string {
  const value = (key: Fact['key']) => String(facts.find((fact) => fact.key === key)?.value ?? '')
  const prefix = header.modality === 'PA' ? 'Pa-Mode' : 'B-Mode'
  const { x, y, z } = header.shape
  const { date, time } = american(value('series.acquiredAt'))
  const length = (v: number) => String(Number(v.toPrecision(9)))
  const rows: [name: string, value: string, units?: string][] = [
    ['Mode-Name', prefix],
    ['Study-Name', value('study.title')],
    ['Series-Name', value('session.label')],
    ['Animal-ID', value('subject.localId')],
    ['Acquired-Date', date],
    ['Acquired-Time', time],
    [`${prefix}/Samples`, String(y)],
    [`${prefix}/Lines`, String(x)],
    ...(header.spacing
      ? ([
          [`${prefix}/Depth-Offset`, length(depthOffset), 'mm'],
          [`${prefix}/Depth`, length(depthOffset + y * header.spacing[1]), 'mm'],
          [`${prefix}/Width`, length(x * header.spacing[0]), 'mm'],
          ...(z > 1
            ? ([
                ['3D-Step-Size', length(header.spacing[2]), 'mm'],
                ['3D-Scan-Distance', length(z * header.spacing[2]), 'mm'],
              ] as [string, string, string][])
            : []),
        ] as [string, string, string][])
      : []),
  ]
  const lines = rows
    .filter(([, text]) => text !== '')
    .map(([name, text, units = '']) => `  <parameter name="${name}" value="${escaped(text)}" units="${units}" />`)
  return `<?xml version="1.0" encoding="utf-8"?>\n<parameters>\n${lines.join('\n')}\n</parameters>\n`
}

const escaped = (text: string): string =>
  text
    // eslint-disable-next-line no-control-regex -- XML 1.0 allows no other control characters
    .replaceAll(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')

/** 40 bytes of file header; before each frame 56 bytes with its time stamp in ms; scan line after scan line. */
async function frames({ header, planes }: Image): Promise<Uint8Array> {
  const { x: lines, y: samples } = header.shape
  const packet = planeBytes(header)
  const size = packet / (lines * samples)
  const count = planeCount(header)
  const out = new Uint8Array(40 + count * (56 + packet))
  const view = new DataView(out.buffer)
  view.setUint32(0, 3, true)
  view.setUint32(4, count, true)
  view.setUint32(8, size === 1 ? 8 : 0, true)
  let at = 40
  let k = 0
  for await (const plane of planes()) {
    const milliseconds = (header.frames?.startSeconds[k] ?? k * 0.01) * 1000
    view.setUint32(at, milliseconds * 400, true)
    view.setFloat64(at + 4, milliseconds, true)
    view.setUint32(at + 12, k, true)
    view.setUint32(at + 20, packet, true)
    at += 56
    for (let line = 0; line < lines; line++) {
      for (let row = 0; row < samples; row++) {
        for (let b = 0; b < size; b++) out[at++] = plane[(row * lines + line) * size + b]!
      }
    }
    k++
  }
  return out
}
