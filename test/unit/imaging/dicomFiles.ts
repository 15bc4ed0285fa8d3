import { entry } from './files.ts'

/** A value as the hand-made files below take it; bytes and items go in as they are. */
export type Value = string | number | number[] | Uint8Array | Attributes[]
export type Attributes = [tag: number, vr: string, value: Value][]

export interface Syntax {
  explicit?: boolean
  littleEndian?: boolean
  /** Sequences and items of undefined length. */
  open?: boolean
}

const longVrs = new Set(['OB', 'OW', 'OF', 'OD', 'OV', 'SQ', 'UC', 'UN', 'UR', 'UT', 'SV', 'UV'])
const sizes: Record<string, number> = { US: 2, SS: 2, OW: 2, UL: 4, SL: 4, FL: 4, OF: 4, AT: 4, FD: 8, OV: 8, UV: 8 }

/** Encodes attributes by the rules of PS3.5, apart from the writer and the reader under test. */
export function encode(attributes: Attributes, syntax: Syntax = {}): Buffer {
  return Buffer.concat(attributes.map(([tag, vr, value]) => element(tag, vr, value, syntax)))
}

export function element(tag: number, vr: string, value: Value, syntax: Syntax = {}, statedLength?: number): Buffer {
  const { explicit = true, littleEndian = true, open = false } = syntax
  const isSequence = vr === 'SQ'
  const bytes = isSequence
    ? items(value as Attributes[], syntax)
    : valueBytes(vr, value as Exclude<Value, Attributes[]>, littleEndian)
  const length = statedLength ?? (isSequence && open ? 0xffffffff : bytes.length)
  const head = Buffer.alloc(explicit && longVrs.has(vr) ? 12 : 8)
  const u16 = (at: number, v: number) => (littleEndian ? head.writeUInt16LE(v, at) : head.writeUInt16BE(v, at))
  const u32 = (at: number, v: number) => (littleEndian ? head.writeUInt32LE(v, at) : head.writeUInt32BE(v, at))
  u16(0, tag >>> 16)
  u16(2, tag & 0xffff)
  if (!explicit) u32(4, length)
  else {
    head.write(vr, 4, 'latin1')
    if (longVrs.has(vr)) u32(8, length)
    else u16(6, length)
  }
  return Buffer.concat([head, bytes])
}

export function marker(tag: number, length: number, littleEndian = true): Buffer {
  const head = Buffer.alloc(8)
  if (littleEndian) {
    head.writeUInt16LE(tag >>> 16, 0)
    head.writeUInt16LE(tag & 0xffff, 2)
    head.writeUInt32LE(length, 4)
  } else {
    head.writeUInt16BE(tag >>> 16, 0)
    head.writeUInt16BE(tag & 0xffff, 2)
    head.writeUInt32BE(length, 4)
  }
  return head
}

function items(list: Attributes[], syntax: Syntax): Buffer {
  const little = syntax.littleEndian ?? true
  const parts = list.map((attributes) => {
    const inner = encode(attributes, syntax)
    if (!syntax.open) return Buffer.concat([marker(0xfffee000, inner.length, little), inner])
    return Buffer.concat([marker(0xfffee000, 0xffffffff, little), inner, marker(0xfffee00d, 0, little)])
  })
  return Buffer.concat(syntax.open ? [...parts, marker(0xfffee0dd, 0, little)] : parts)
}

function valueBytes(vr: string, value: Exclude<Value, Attributes[]>, littleEndian: boolean): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value)
  const size = sizes[vr]
  if (size === undefined || typeof value === 'string') {
    const text = String(value)
    return Buffer.from(text.length % 2 ? text + (vr === 'UI' ? '\0' : ' ') : text, 'latin1')
  }
  const numbers = typeof value === 'number' ? [value] : value
  const bytes = Buffer.alloc(numbers.length * size)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (const [i, v] of numbers.entries()) {
    if (vr === 'FD') view.setFloat64(i * 8, v, littleEndian)
    else if (vr === 'FL' || vr === 'OF') view.setFloat32(i * 4, v, littleEndian)
    else if (vr === 'AT') {
      view.setUint16(i * 4, v >>> 16, littleEndian)
      view.setUint16(i * 4 + 2, v & 0xffff, littleEndian)
    } else if (size === 8) view.setBigUint64(i * 8, BigInt(v), littleEndian)
    else if (size === 4) view.setUint32(i * 4, v >>> 0, littleEndian)
    else view.setUint16(i * 2, v & 0xffff, littleEndian)
  }
  return bytes
}

export const explicitLittle = '1.2.840.10008.1.2.1'

/** A Part 10 file. */
export function part10(body: Uint8Array, transferSyntax = explicitLittle): Buffer {
  const meta = encode([
    [0x00020001, 'OB', Uint8Array.of(0, 1)],
    [0x00020010, 'UI', transferSyntax],
  ])
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), meta, body])
}

/** Attributes of a 2 x 2 grey image of 16 bits, changed and extended by `more`. */
export function image(more: Attributes = [], pixels: Value = [1, 2, 3, 4]): Attributes {
  const base: Attributes = [
    [0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.7'],
    [0x00080018, 'UI', '1.2.3.4'],
    [0x00080060, 'CS', 'OT'],
    [0x0020000e, 'UI', '1.2.3'],
    [0x00280002, 'US', 1],
    [0x00280004, 'CS', 'MONOCHROME2'],
    [0x00280010, 'US', 2],
    [0x00280011, 'US', 2],
    [0x00280100, 'US', 16],
    [0x00280101, 'US', 16],
    [0x00280102, 'US', 15],
    [0x00280103, 'US', 0],
    [0x7fe00010, 'OW', pixels],
  ]
  const changed = new Map([...base, ...more].map((attribute) => [attribute[0], attribute]))
  return [...changed.values()].toSorted((a, b) => a[0] - b[0])
}

/** A file of compressed pixels: the given fragments after the (given or empty) Basic Offset Table. */
export function encapsulatedFile(
  transferSyntax: string,
  more: Attributes,
  fragments: Uint8Array[],
  table: number[] = [],
): Uint8Array {
  const offsets = Buffer.alloc(table.length * 4)
  table.forEach((offset, i) => offsets.writeUInt32LE(offset, i * 4))
  const parts = [offsets, ...fragments].flatMap((bytes) => [marker(0xfffee000, bytes.length), Buffer.from(bytes)])
  const pixels = element(0x7fe00010, 'OB', Buffer.concat([...parts, marker(0xfffee0dd, 0)]), {}, 0xffffffff)
  const body = Buffer.concat([encode(image(more).filter(([tag]) => tag < 0x7fe00010)), pixels])
  return Uint8Array.from(part10(body, transferSyntax))
}

export const dicomEntry = (attributes: Attributes, path = 'a.dcm') =>
  entry(path, Uint8Array.from(part10(encode(attributes))))
