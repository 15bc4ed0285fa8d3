import { useContext, useEffect, useRef } from 'react'
import { get } from '../api.ts'
import { ServerParts } from '../components/serverParts.ts'

/** Name of the text in ServerParts; loaders make it with jsonLdText, which lets nothing end the script. */
export const jsonLdPart = 'jsonLd'

/**
 * The description of a dataset for machines, inside the page. It can be long, so it is in the document only; a page that
 * was reached from another one fetches it.
 */
export function JsonLd({ datasetId }: { datasetId: string }) {
  const text = useContext(ServerParts).get(jsonLdPart) ?? ''
  const script = useRef<HTMLScriptElement>(null)
  useEffect(() => {
    const element = script.current
    if (!element || element.textContent) return
    const stop = new AbortController()
    get<unknown>(`/datasets/${datasetId}/as/schema.jsonld`, {}, stop.signal).then(
      (description) => {
        element.textContent = JSON.stringify(description)
      },
      () => undefined, // the page is complete for people without it
    )
    return () => stop.abort()
  }, [datasetId])
  return (
    <script
      key={datasetId}
      ref={script}
      type="application/ld+json"
      suppressHydrationWarning
      dangerouslySetInnerHTML={{ __html: text }}
    />
  )
}
