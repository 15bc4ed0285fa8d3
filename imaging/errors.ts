/** The one error type of the imaging room. Readers throw it and nothing else for what a file holds. */
export type ImagingErrorCode =
  | 'truncated' // the file ends before the data that its header announces
  | 'malformed' // the bytes break the rules of the format
  | 'unsupported' // legal, but not read here (the message says what)
  | 'too-large' // declared sizes are beyond what can be true or what the limits allow
  | 'missing-companion' // a second file that belongs to this one is not there
  | 'not-this-format' // the file is something else

export class ImagingError extends Error {
  readonly code: ImagingErrorCode
  /** Byte offset in the file where the problem was found, when it has one. */
  readonly offset: number | undefined

  /**
   * @param code    one of ImagingErrorCode
   * @param message a sentence for the person who brought the file: what is wrong and what to do
   * @param offset  byte offset where it was found
   */
  constructor(code: ImagingErrorCode, message: string, offset?: number) {
    super(message)
    this.name = 'ImagingError'
    this.code = code
    this.offset = offset
  }
}
