import { strToU8 } from 'fflate'
import { ImagingError } from '../errors.ts'
import type { Fact } from '../format.ts'
import type { Header } from '../header.ts'
import { bytesOf, newSamples, samplesOf } from '../samples.ts'
import type { Image } from './planes.ts'
import { writeTiff } from './tiff.ts'

export interface IvisOptions {
  /** Name of the click, for example `NL20240920130000_001`. */
  click: string
  exposureSeconds: number
  /** Pixels of the sensor that the luminescent image adds up along each axis, against the photograph. */
  binning: number
  fNumber: number
  emissionFilter?: string
  excitationFilter?: string
  /** Labels as a person types them: "Animal Number", "Group", "View" ... */
  labels?: Readonly<Record<string, string>>
  facts?: readonly Fact[]
}

/** Counts that the camera adds to each pixel. */
const bias = 200

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'] // prettier-ignore
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** Labels of the vendor's usual set, in its order. */
const labelNames = ['User', 'Group', 'Experiment', 'Comment1', 'Comment2', 'Time Point', 'Animal Number', 'Animal Strain', 'Animal Model', 'Sex', 'View', 'Cell Line', 'Reporter', 'Treatment', 'Luc Injection Time', 'IACUC Number'] // prettier-ignore

/**
 * The files of one click: two texts, the photograph, the luminescent image with binned pixels, and its bias.
 * @param image square, uint16, channel 0 the photograph and channel 1 the light in counts
 * @throws ImagingError 'unsupported' for other images
 */
export async function writeIvis(
  { header, planes }: Image,
  options: IvisOptions,
): Promise<{ name: string; bytes: Uint8Array }[]> {
  const { x, y, z, t, c } = header.shape
  const isFit = c === 2 && z === 1 && t === 1 && header.sampleType === 'uint16' && header.samplesPerPixel === 1
  if (!isFit || x !== y || x % options.binning !== 0) {
    throw new ImagingError('unsupported', 'A click holds a square photograph and its light: two channels of uint16.')
  }
  const both: Uint8Array[] = []
  for await (const plane of planes()) both.push(plane)
  const [photograph, light] = both
  const side = x / options.binning
  const text = clickInfo(header, options)
  const tiff = (plane: Uint8Array, pixels: number) =>
    writeTiff(
      {
        header: { ...header, shape: { x: pixels, y: pixels, z: 1, t: 1, c: 1 }, channels: null },
        planes: () => [plane],
      },
      { compression: 'deflate' },
    )
  return [
    { name: 'ClickInfo.txt', bytes: text },
    { name: 'AnalyzedClickInfo.txt', bytes: text },
    { name: 'luminescent.TIF', bytes: await tiff(binned(light!, x, options.binning), side) },
    { name: 'photograph.TIF', bytes: await tiff(photograph!, x) },
    { name: 'readbiasonly.TIF', bytes: await tiff(bytesOf(new Uint16Array(side * side).fill(bias)), side) },
  ]
}

/** Counts of neighbouring pixels added up, as the sensor does, and the bias on top. */
function binned(plane: Uint8Array, side: number, binning: number): Uint8Array {
  const from = samplesOf('uint16', plane)
  const out = newSamples('uint16', (side / binning) ** 2)
  for (let row = 0, at = 0; row < side; row += binning) {
    for (let column = 0; column < side; column += binning, at++) {
      let sum = bias
      for (let i = 0; i < binning ** 2; i++)
        sum += from[(row + Math.floor(i / binning)) * side + column + (i % binning)]!
      out[at] = Math.min(65535, sum)
    }
  }
  return bytesOf(out)
}

function clickInfo({ shape, spacing }: Header, options: IvisOptions): Uint8Array {
  const { click, exposureSeconds, binning, fNumber, emissionFilter = 'Open', excitationFilter = 'Block' } = options
  const { labels = {}, facts = [] } = options
  const value = (key: Fact['key']) => String(facts.find((fact) => fact.key === key)?.value ?? '')
  const { date, time } = spelled(value('series.acquiredAt'))
  const field = spacing ? Number(((spacing[0] * shape.x) / 10).toPrecision(6)) : undefined
  const image = (name: string, file: string, own: [string, string | number][]): Row[] => [
    [`*** ${name}`, file],
    ['Acquisition Date', date],
    ['Acquisition Time', time],
    ...own,
    ['f Number', fNumber],
    ...(field ? [['Field of View', field] satisfies Row] : []),
  ]
  const rows: Row[] = [
    ['*** ClickNumber', click],
    ['ClickInfoType', 'SingleClickAnalysis'],
    ['Living Image Version', value('instrument.softwareVersion').replace(/^Living Image\s*/, '')],
    ...image('luminescent image', 'luminescent.TIF', [
      ['Luminescent Exposure (Seconds)', exposureSeconds],
      ['Binning Factor', binning],
      ['Excitation filter', excitationFilter],
      ['Emission filter', emissionFilter],
      ['Image Units', 'counts'],
      ['Read Bias Level', bias],
    ]),
    ...image('photographic image', 'photograph.TIF', [
      ['Exposure Time Sec', 0.2],
      ['Binning Factor', 1],
    ]),
    ['*** readbiasonly image', 'readbiasonly.TIF'],
    ['Background Exposure (Seconds)', 0],
    ['Binning Factor', binning],
    ['*** User Label Name Set', 'Living Image Universal'],
    ...labelNames.map((name): Row => [name, labels[name] ?? '']),
    ['*** Camera System Info', ''],
    ['System Configuration', value('instrument.model')],
  ]
  const lines = rows.map(([name, text]) => `${name}:\t${line(String(text))}`)
  return strToU8(`${lines.join('\r\n')}\r\n`, true)
}

type Row = [name: string, value: string | number]

/** One line of Latin-1. */
const line = (text: string): string => text.replaceAll(/[\r\n]+/g, ' ').replaceAll(/[^\x20-\x7e\xa0-\xff]/g, '?')

/** "Friday, September 20, 2024" and "13:00:00"; empty when there is no time. */
function spelled(text: string): { date: string; time: string } {
  const [, year, month, day, time] = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)/.exec(text) ?? []
  if (time === undefined) return { date: '', time: '' }
  const weekday = days[new Date(`${year}-${month}-${day}T00:00:00Z`).getUTCDay()]
  return { date: `${weekday}, ${months[Number(month) - 1]} ${Number(day)}, ${year}`, time }
}
