/**
 * Archival Resource Keys (the ARK identifier scheme, draft-kunze-ark): persistent identifiers that need no registrar. The
 * name of a dataset's ARK is computed from its id and back, so no table can lose it and none is ever given twice.
 */

/** Digits and consonants without l (NOID): no words arise, nothing is mistaken for something else. */
const alphabet = '0123456789bcdfghjkmnpqrstvwxz'
const radix = BigInt(alphabet.length)
/** Crockford's base 32, in which ULIDs are written. */
const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** What all our names begin with (the shoulder); other kinds of things get another one. */
const shoulder = 'v1'
/** 29 ** 27 > 2 ** 128 */
const bladeLength = 27

/** What follows the name of an ARK: nothing, a version, or a path inside of what it names. */
export interface ArkTarget {
  datasetId: string
  version?: number
  /** Path of a file below the dataset. */
  path?: string
}

/** @returns ark:/NAAN/NAME with a check character at its end */
export function arkOf(naan: string, datasetId: string, { version, path }: Omit<ArkTarget, 'datasetId'> = {}): string {
  let rest = [...datasetId].reduce((sum, digit) => sum * 32n + BigInt(crockford.indexOf(digit)), 0n)
  let blade = ''
  for (let i = 0; i < bladeLength; i++, rest /= radix) blade = alphabet[Number(rest % radix)] + blade
  const qualifier = `${path === undefined ? '' : `/${path.split('/').map(encodeURIComponent).join('/')}`}${version === undefined ? '' : `.v${version}`}`
  return `ark:/${naan}/${shoulder}${blade}${checkCharacter(blade)}${qualifier}`
}

/**
 * Reads an ARK with or without the slash after "ark:". Hyphens mean nothing, and neither does case in the name.
 * @param ark "ark:/NAAN/NAME...", percent-encoded as in an address
 * @returns null when it is none of ours: wrong authority, shoulder, length or check character
 */
export function readArk(naan: string, ark: string): ArkTarget | null {
  const [, authority = '', name = '', tail = ''] = /^ark:\/?([^/]+)\/([^/.]+)(.*)$/is.exec(ark) ?? []
  if (withoutHyphens(authority) !== naan) return null
  const plain = withoutHyphens(name).toLowerCase()
  const blade = plain.slice(shoulder.length, -1)
  if (!plain.startsWith(shoulder) || blade.length !== bladeLength || plain.at(-1) !== checkCharacter(blade)) return null
  let rest = 0n
  for (const digit of blade) {
    const value = alphabet.indexOf(digit)
    if (value < 0) return null
    rest = rest * radix + BigInt(value)
  }
  if (rest >= 2n ** 128n) return null
  let datasetId = ''
  for (let i = 0; i < 26; i++, rest /= 32n) datasetId = crockford[Number(rest % 32n)] + datasetId
  const [, path, version] = /^(?:\/(.+?))?(?:\.v([1-9]\d{0,8}))?\/?$/s.exec(tail) ?? []
  if (tail !== '' && tail !== '/' && path === undefined && version === undefined) return null
  const decoded = path === undefined ? undefined : percentDecoded(path)
  if (decoded === null) return null
  return {
    datasetId,
    ...(version !== undefined && { version: Number(version) }),
    ...(decoded !== undefined && { path: decoded }),
  }
}

/**
 * NOID check character: the sum of position times value over the alphabet's length. It finds any one wrong character and
 * any two that changed places in up to 28 of them, so it is made of the blade alone.
 */
function checkCharacter(blade: string): string {
  const sum = [...blade].reduce((total, c, i) => total + (i + 1) * Math.max(0, alphabet.indexOf(c)), 0)
  return alphabet[sum % alphabet.length] as string
}

const withoutHyphens = (text: string): string => text.replaceAll(/[-\u2010-\u2015]/g, '')

function percentDecoded(path: string): string | null {
  try {
    return decodeURIComponent(path)
  } catch {
    return null
  }
}
