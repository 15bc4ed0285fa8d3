import { createContext } from 'react'

/**
 * Texts of the document that the browser must not get a second time as data. Empty in the browser: what shows such a
 * text leaves there what the server wrote.
 */
export const ServerParts = createContext<ReadonlyMap<string, string>>(new Map())
