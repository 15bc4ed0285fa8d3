/** Numbers as people and spreadsheets write them. */

export type NumberReading = { value: number; rest: string } | { problem: string } | null

/**
 * A number at the beginning of a cell, and what follows it ("21,3 g").
 * @param decimalComma the file writes 21,3 for 21.3; where nobody knows, 1,234 is refused because it may be either
 * @returns null when the cell does not begin with a number
 */
export function readNumber(text: string, decimalComma?: boolean): NumberReading {
  // Spaces of all widths and the Swiss apostrophe group digits.
  const found =
    /^([+\u2212-]?)((?:\d{1,3}(?:['\u2019\u00a0\u2009\u202f ]\d{3})+|\d[\d.,]*|[.,]\d+)(?:[.,]\d+)?)((?:[eE][+-]?\d+)?)\s*(.*)$/su.exec(
      text.trim(),
    )
  if (!found) return null
  const [, sign = '', body = '', exponent = '', rest = ''] = found
  const digits = body.replaceAll(/['\u2019\u00a0\u2009\u202f ]/g, '')
  const plain = withPoint(digits, decimalComma)
  if (plain === null)
    return {
      problem: `“${body}” may be ${digits.replaceAll(/[.,]/g, '')} or ${digits.replace(',', '.')}. Write it without a comma.`,
    }
  const value = Number(`${sign === '' || sign === '+' ? '' : '-'}${plain}${exponent}`)
  return Number.isFinite(value) ? { value, rest } : { problem: `“${text.trim().slice(0, 40)}” is not a number.` }
}

/** The digits with a decimal point, or null when the comma has two meanings. */
function withPoint(digits: string, decimalComma: boolean | undefined): string | null {
  const [commas, points] = [digits.split(',').length - 1, digits.split('.').length - 1]
  if (commas === 0 && points <= 1) return digits
  if (commas > 0 && points > 0) {
    // The last one is the decimal mark, the other one groups.
    const decimal = digits.lastIndexOf(',') > digits.lastIndexOf('.') ? ',' : '.'
    const other = decimal === ',' ? '.' : ','
    return digits.split(decimal).length === 2 ? digits.replaceAll(other, '').replace(decimal, '.') : 'not a number'
  }
  if (commas > 1 || points > 1) return digits.replaceAll(/[.,]/g, '')
  if (decimalComma === true) return digits.replace(',', '.')
  if (/^[1-9]\d{0,2},\d{3}$/.test(digits)) return decimalComma === false ? digits.replace(',', '') : null
  return digits.replace(',', '.')
}
