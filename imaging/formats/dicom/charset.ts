import { table } from '../../table.ts'

// TextDecoder is in every runtime that this room runs in (WHATWG Encoding), but in no TypeScript library without DOM or Node.
declare const TextDecoder: { new (label: string): { decode(bytes: Uint8Array): string } }

/** WHATWG names of the Specific Character Set terms (PS3.3 C.12.1.1.2). */
const labels = table<string>({
  '': 'windows-1252',
  'ISO_IR 6': 'windows-1252',
  'ISO_IR 100': 'windows-1252',
  'ISO_IR 101': 'iso-8859-2',
  'ISO_IR 109': 'iso-8859-3',
  'ISO_IR 110': 'iso-8859-4',
  'ISO_IR 144': 'iso-8859-5',
  'ISO_IR 127': 'iso-8859-6',
  'ISO_IR 126': 'iso-8859-7',
  'ISO_IR 138': 'iso-8859-8',
  'ISO_IR 148': 'windows-1254',
  'ISO_IR 203': 'iso-8859-15',
  'ISO_IR 166': 'windows-874',
  'ISO_IR 13': 'shift_jis',
  'ISO_IR 192': 'utf-8',
  'ISO_IR 87': 'iso-2022-jp',
  'ISO_IR 159': 'iso-2022-jp',
  'ISO_IR 149': 'euc-kr',
  'ISO_IR 58': 'gbk',
  GB18030: 'gb18030',
  GBK: 'gbk',
})

/** Escape sequences that only name the set that the bytes after them are in (PS3.3 C.12.1.1.2, table C.12-4). */
// eslint-disable-next-line no-control-regex -- ESC is what is looked for
const designators = /\x1b(?:\$\)[AC]|\(B|\)[A-Z]|-[A-Z]|\([IJ])/g

const latin = new TextDecoder('windows-1252')
const decoders = new Map<string, { decode(bytes: Uint8Array): string }>()

/**
 * Text of a DICOM value.
 * @param bytes the value as it stands in the file
 * @param sets  values of Specific Character Set (0008,0005); none = the default repertoire
 */
export function decodeText(bytes: Uint8Array, sets: readonly string[]): string {
  if (isAscii(bytes)) return ascii(bytes)
  const terms = sets.map((set) => set.replace('ISO 2022 IR', 'ISO_IR').trim())
  const hasEscape = bytes.includes(0x1b)
  // With code extensions the first set is the one before any escape, and a multi-byte set stands among the others.
  const term = hasEscape ? (terms.findLast((t) => /IR (87|159|149|58)$/.test(t)) ?? terms[0]) : terms[0]
  const label = labels[term ?? ''] ?? 'windows-1252'
  const decoder = decoders.get(label) ?? new TextDecoder(label)
  decoders.set(label, decoder)
  const text = decoder.decode(bytes)
  return hasEscape ? text.replace(designators, '') : text
}

function isAscii(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i]! >= 0x80 || bytes[i] === 0x1b) return false
  return true
}

/** Longer values are given to the decoder, whose start costs as much as this many bytes. */
const shortValue = 64

/** Text of bytes below 0x80. */
export function ascii(bytes: Uint8Array): string {
  if (bytes.length > shortValue) return latin.decode(bytes)
  let text = ''
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]!)
  return text
}
