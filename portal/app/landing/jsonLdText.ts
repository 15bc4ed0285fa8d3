/**
 * A JSON document as the text of a script element. No value in it can end the script or start another: `<` never appears
 * as itself, nor do the two line separators that JSON allows and older scripts did not.
 */
export const jsonLdText = (document: unknown): string =>
  JSON.stringify(document).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
