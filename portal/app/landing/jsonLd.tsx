/** The description for machines, inside the page; `text` comes from jsonLdText, which lets nothing end the script. */
export function JsonLd({ text }: { text: string }) {
  return <script type="application/ld+json" dangerouslySetInnerHTML={{ __html: text }} />
}
