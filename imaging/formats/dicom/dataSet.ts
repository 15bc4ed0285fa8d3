import { ascii, decodeText } from './charset.ts'

/** One attribute as it stands in the file. */
export interface Element {
  /** (group << 16 | element), unsigned */
  tag: number
  /** Value representation; '' in implicit files. */
  vr: string
  /** Byte offset of the value. */
  offset: number
  /** Length of the value in bytes; -1 = undefined length that was not walked (encapsulated pixels). */
  length: number
  /** The memory that the value stands in; null for sequences and for values that are too long to keep. */
  memory: Uint8Array | null
  /** Index of the value in `memory`. (A view of each value would take more room than most values.) */
  start: number
  items: DataSet[] | null
}

const binarySizes: Record<string, number> = {
  US: 2,
  SS: 2,
  OW: 2,
  AT: 4,
  UL: 4,
  SL: 4,
  FL: 4,
  OF: 4,
  OL: 4,
  FD: 8,
  OD: 8,
  SV: 8,
  UV: 8,
  OV: 8,
}

/** A data set or a sequence item: attributes by tag, with typed access that never throws. */
export class DataSet {
  readonly elements = new Map<number, Element>()
  readonly littleEndian: boolean
  readonly parent: DataSet | null

  constructor(littleEndian: boolean, parent: DataSet | null) {
    this.littleEndian = littleEndian
    this.parent = parent
  }

  has(tag: number): boolean {
    const element = this.elements.get(tag)
    return element !== undefined && element.length !== 0
  }

  /** The value as it stands in the file; undefined when absent, a sequence, or too long to keep. */
  bytes(tag: number): Uint8Array | undefined {
    const element = this.elements.get(tag)
    return element?.memory?.subarray(element.start, element.start + element.length)
  }

  /** Items of a sequence; empty when absent. */
  items(tag: number): DataSet[] {
    return this.elements.get(tag)?.items ?? []
  }

  /** First item of a sequence. */
  item(tag: number): DataSet | undefined {
    return this.items(tag)[0]
  }

  /** Values of a text attribute, without padding; empty ones kept so that positions hold. */
  strings(tag: number): string[] {
    const text = this.raw(tag)
    return text === '' ? [] : text.split('\\').map(trim)
  }

  /** First value of a text attribute that is not empty. */
  string(tag: number): string | undefined {
    const text = this.raw(tag)
    if (!text.includes('\\')) return trim(text) || undefined
    return this.strings(tag).find((value) => value !== '')
  }

  /** Whole text of an attribute that may hold backslashes (ST, LT, UT). */
  text(tag: number): string | undefined {
    return trim(this.raw(tag)) || undefined
  }

  /**
   * Values of a numeric attribute, text or binary, by the VR in the file.
   * @param implied VR to assume where the file does not say (implicit VR, UN)
   * @returns NaN for what is no number
   */
  numbers(tag: number, implied = 'DS'): number[] {
    const element = this.elements.get(tag)
    const bytes = this.bytes(tag)
    if (!element || !bytes || bytes.length === 0) return []
    const vr = element.vr === '' || element.vr === 'UN' || element.vr === 'OB' ? implied : element.vr
    const size = binarySizes[vr]
    if (size === undefined) return ascii(bytes).split('\\').map(decimal)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const out: number[] = []
    for (let at = 0; at + size <= bytes.length; at += size) out.push(read(view, at, vr, this.littleEndian))
    return out
  }

  /** First value of a numeric attribute; undefined when absent or no finite number. */
  number(tag: number, implied = 'DS'): number | undefined {
    const value = this.numbers(tag, implied)[0]
    return value !== undefined && Number.isFinite(value) ? value : undefined
  }

  /** Values of a numeric attribute when there are `count` or more and all are finite. */
  vector(tag: number, count: number, implied = 'DS'): number[] | undefined {
    const values = this.numbers(tag, implied).slice(0, count)
    return values.length === count && values.every(Number.isFinite) ? values : undefined
  }

  private raw(tag: number): string {
    const bytes = this.bytes(tag)
    return bytes ? decodeText(bytes, tag === 0x00080005 ? [] : this.charset()) : ''
  }

  private charset(): string[] {
    if (this.elements.has(0x00080005)) return this.strings(0x00080005)
    return this.parent ? this.parent.charset() : []
  }
}

function read(view: DataView, at: number, vr: string, littleEndian: boolean): number {
  switch (vr) {
    case 'US':
    case 'OW':
      return view.getUint16(at, littleEndian)
    case 'SS':
      return view.getInt16(at, littleEndian)
    case 'AT':
      return view.getUint16(at, littleEndian) * 0x10000 + view.getUint16(at + 2, littleEndian)
    case 'UL':
    case 'OL':
      return view.getUint32(at, littleEndian)
    case 'SL':
      return view.getInt32(at, littleEndian)
    case 'FL':
    case 'OF':
      return view.getFloat32(at, littleEndian)
    case 'FD':
    case 'OD':
      return view.getFloat64(at, littleEndian)
    case 'SV':
      return Number(view.getBigInt64(at, littleEndian))
    default:
      return Number(view.getBigUint64(at, littleEndian))
  }
}

// Some writers pad with NUL or use the decimal comma of their locale.
const decimal = (text: string): number => {
  const clean = trim(text).replace(',', '.')
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(clean) ? Number(clean) : Number.NaN
}

/** Without padding; NUL is a padding character in DICOM. */
function trim(text: string): string {
  const isBare = isVisible(text.charCodeAt(0)) && isVisible(text.charCodeAt(text.length - 1))
  // eslint-disable-next-line no-control-regex -- NUL is looked for
  return isBare ? text : text.replace(/^[\s\0]+|[\s\0]+$/g, '')
}

/** Whether a code is neither a blank nor a control character of ASCII; false for what may be a blank beyond it. */
const isVisible = (code: number): boolean => code > 0x20 && code < 0x7f

/** "(0010,0020)" */
export function tagText(tag: number): string {
  const hex = tag.toString(16).padStart(8, '0').toUpperCase()
  return `(${hex.slice(0, 4)},${hex.slice(4)})`
}
