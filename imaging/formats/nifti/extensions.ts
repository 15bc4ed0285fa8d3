import { ImagingError } from '../../errors.ts'
import type { Tag } from '../../format.ts'
import type { ByteSource } from '../../source.ts'
import type { NiftiFields } from './fields.ts'

/** Registered extension codes (nifti1_io.h and the NIfTI registry). */
const codes: Record<number, string> = {
  2: 'DICOM',
  4: 'AFNI',
  6: 'comment',
  8: 'XCEDE',
  10: 'JIM dimension information',
  12: 'workflow forwards',
  16: 'Caret',
  18: 'CIFTI',
  30: 'Eval image resources',
  40: 'MATLAB',
  44: 'MRS JSON',
}

const mostExtensions = 64
const shownBytes = 1000

/**
 * The header extensions as tags: blocks of { esize, ecode, data } after the header (NIfTI-1.1 "extended header").
 * A block that breaks the rules ends the list; extensions never decide how pixels are read.
 * @param end first byte after the extensions, or an upper bound of it
 */
export async function readExtensions(source: ByteSource, fields: NiftiFields, end: number): Promise<Tag[]> {
  const tags: Tag[] = []
  try {
    let at = fields.headerBytes + 4
    if (end < at + 16 || (await source.read(fields.headerBytes, 4))[0] === 0) return []
    while (at + 16 <= end && tags.length < mostExtensions) {
      const sizes = await source.read(at, 8)
      const view = new DataView(sizes.buffer, sizes.byteOffset, sizes.byteLength)
      const esize = view.getInt32(0, fields.littleEndian)
      const ecode = view.getInt32(4, fields.littleEndian)
      if (esize < 16 || esize % 16 !== 0 || at + esize > end) break
      tags.push({
        key: `extension[${tags.length}]`,
        name: `Extension ${ecode}${codes[ecode] ? ` (${codes[ecode]})` : ''}, ${esize - 8} bytes`,
        value: printable(await source.read(at + 8, Math.min(esize - 8, shownBytes))),
      })
      at += esize
    }
  } catch (error) {
    // The bound may lie past the end of a header file; what was read stands.
    if (!(error instanceof ImagingError)) throw error
  }
  return tags
}

/** Text of a block; bytes that are no text become dots. */
function printable(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) {
    if (byte === 0 && text.length > 0 && /^[\t\n\r\x20-\x7e]*$/.test(text)) break
    text += byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte < 127) ? String.fromCharCode(byte) : '.'
  }
  return text
}
