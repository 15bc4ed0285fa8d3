/** A number in a sentence for people; what a damaged header holds may be no number at all. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return 'not a number'
  if (Number.isFinite(value)) return String(value)
  return value > 0 ? 'infinite' : 'minus infinity'
}
