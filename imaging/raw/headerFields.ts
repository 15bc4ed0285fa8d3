import { ImagingError } from '../errors.ts'

/** Where reading stands in a header; blocks of one header share it. */
interface Cursor {
  offset: number | undefined
}

/**
 * The values of a text header by key, with the byte offset of each key. It remembers the key that was asked for last: a reader
 * that gives up does so over the value that it has just looked at.
 */
export class HeaderFields<V = string> extends Map<string, V> {
  readonly #offsets = new Map<string, number>()
  readonly #cursor: Cursor

  /** @param other a block of the same header */
  constructor(other?: HeaderFields<V>) {
    super()
    this.#cursor = other ? other.#cursor : { offset: undefined }
  }

  /** Sets what is not there yet: the first of equal keys stands. */
  add(key: string, value: V, offset: number): void {
    if (this.has(key)) return
    this.#offsets.set(key, offset)
    super.set(key, value)
  }

  override get(key: string): V | undefined {
    this.#cursor.offset = this.#offsets.get(key) ?? this.#cursor.offset
    return super.get(key)
  }

  /** Does something with the values; an error without a place gets that of the key that was asked for last. */
  locate<T>(work: () => T): T {
    this.#cursor.offset = undefined
    try {
      return work()
    } catch (error) {
      if (!(error instanceof ImagingError) || error.offset !== undefined) throw error
      throw new ImagingError(error.code, error.message, this.#cursor.offset)
    }
  }
}

/** Lines of a text in Latin-1 with their byte offsets. */
export function* linesOf(text: string, from = 0): Generator<{ line: string; offset: number }> {
  const ends = /\r\n|\n|\r|$/g
  for (let at = from; at < text.length; at = ends.lastIndex) {
    ends.lastIndex = at
    const end = ends.exec(text)!
    yield { line: text.slice(at, end.index), offset: at }
    ends.lastIndex = end.index + Math.max(1, end[0].length)
  }
}
