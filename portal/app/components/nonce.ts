import { createContext, useContext } from 'react'

/** Nonce of the document's content security policy, while it is rendered on the server. */
export const NonceContext = createContext('')

/**
 * The nonce that script and style elements must carry. Browsers hide it in the markup, so there it is read from the
 * document's first script.
 */
export function useNonce(): string {
  const fromServer = useContext(NonceContext)
  if (typeof document === 'undefined') return fromServer
  return document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce ?? ''
}
