/** Folders as consoles by Varian and Agilent write them, from the layout that the vendor's own reconstruction uses. */
import { memorySource } from '../../imaging/source.ts'
import type { FileEntry } from '../../imaging/format.ts'
import type { Image } from '../../imaging/write/planes.ts'
import { converted } from '../../imaging/write/planes.ts'

/** A parameter of procpar: real or text. */
export type Parameters = Record<string, number[] | string[]>

/** Declarations as the console writes them; `null` leaves one out. */
export type Declarations = Record<string, number | string | number[] | string[] | null>

/** One file: the text up to its NUL, and samples. */
export function fdfFile(given: Declarations, samples: Uint8Array): Uint8Array {
  const lines = Object.entries(given).flatMap(([name, value]) => (value === null ? [] : [declaration(name, value)]))
  const text = `#!/usr/local/fdf/startup\n${lines.join('\n')}\nint checksum = 1291708713;\n\f\n`
  // Samples begin at a multiple of four bytes; the vendor's writer fills up with line feeds before the NUL.
  const padding = '\n'.repeat((4 - ((text.length + 1) % 4)) % 4)
  return Buffer.concat([Buffer.from(`${text}${padding}\0`, 'latin1'), samples])
}

const integers = new Set(['slice_no', 'slices', 'slab_no', 'slabs', 'echo_no', 'echoes', 'array_index', 'bigendian'])

function declaration(name: string, value: number | string | number[] | string[]): string {
  const list = [value].flat()
  const isText = typeof list[0] === 'string'
  const words = list.map((each) => (isText ? `"${each}"` : String(each))).join(', ')
  const type = isText ? 'char  *' : integers.has(name) ? 'int    ' : 'float  '
  return `${type}${name}${Array.isArray(value) ? '[]' : ''} = ${Array.isArray(value) ? `{${words}}` : words};`
}

export function procparText(parameters: Parameters): Uint8Array {
  const lines = Object.entries(parameters).flatMap(([name, values]) => {
    const isText = typeof values[0] === 'string'
    const heading = `${name} 1 ${isText ? '2 8 0 0' : '1 1e+18 -1e+18 0'} 2 1 0 1 64`
    const [first = '', ...others] = values.map((value) =>
      isText ? `"${String(value).replaceAll('"', '\\"')}"` : String(value),
    )
    return isText
      ? [heading, `${values.length} ${first}`, ...others, '0 ']
      : [heading, `${values.length} ${values.join(' ')} `, '0 ']
  })
  return Buffer.from(`${lines.join('\n')}\n`, 'latin1')
}

/** What a header says of slice `z` of an image, in centimetres. */
export const sliceHeader = ({ header: { shape, spacing } }: Pick<Image, 'header'>, z: number): Declarations => {
  const [dx, dy, dz] = spacing!.map((v) => v / 10) as [number, number, number]
  const six = (v: number) => Number(v.toFixed(6))
  return {
    rank: 2,
    spatial_rank: '2dfov',
    storage: 'float',
    bits: 32,
    type: 'absval',
    matrix: [shape.x, shape.y],
    abscissa: ['cm', 'cm'],
    ordinate: ['intensity'],
    span: [six(shape.x * dx), six(shape.y * dy)],
    origin: [0, 0],
    location: [0, 0, six((z - (shape.z - 1) / 2) * dz)],
    roi: [six(shape.x * dx), six(shape.y * dy), six(dz * 0.9)],
    slice_no: z + 1,
    slices: shape.z,
    echo_no: 1,
    echoes: 1,
    sequence: 'fsems',
    studyid: 's_20120301',
    array_index: 1,
    bigendian: 0,
    orientation: [-1, 0, 0, 0, -1, 0, 0, 0, 1],
  }
}

/** A folder `name.img` with one file for each slice, and procpar. */
export async function fdfFolder(image: Image, folder: string, parameters: Parameters): Promise<FileEntry[]> {
  const files: FileEntry[] = []
  let z = 0
  for await (const plane of image.planes()) {
    const number = String(z + 1).padStart(3, '0')
    const bytes = fdfFile(sliceHeader(image, z), converted(image.header, z, plane, 'float32', true))
    files.push({ path: `${folder}/slice${number}image001echo001.fdf`, source: memorySource(bytes) })
    z++
  }
  files.push({ path: `${folder}/procpar`, source: memorySource(procparText(parameters)) })
  return files
}
