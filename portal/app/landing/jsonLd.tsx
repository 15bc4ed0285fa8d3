/**
 * The description for machines, inside the page. No text in it can end the script or start another: `<` never appears
 * as itself, nor do the two line separators that JSON allows and scripts did not.
 */
export function JsonLd({ text }: { text: string }) {
  return <script type="application/ld+json" dangerouslySetInnerHTML={{ __html: text }} />
}

export const jsonLdText = (document: unknown): string =>
  JSON.stringify(document).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
