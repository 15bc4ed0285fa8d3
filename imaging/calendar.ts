const months = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'] // prettier-ignore

/** "01" to "12" of an English month, in full or in three letters, of any case; undefined for anything else. */
export function monthOf(name: string | undefined): string | undefined {
  const asked = name?.toLowerCase()
  const index = months.findIndex((month) => month === asked || month.slice(0, 3) === asked)
  return index < 0 ? undefined : String(index + 1).padStart(2, '0')
}

/**
 * Whether a day, or a point in time without a zone (RFC 3339, to the second), is in the calendar: 30 February and hour 25
 * are not.
 * @param text 2024-03-01 or 2024-03-01T10:15:00
 */
export function isInCalendar(text: string): boolean {
  const moment = new Date(text.includes('T') ? `${text}Z` : `${text}T00:00:00Z`)
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text)
}
