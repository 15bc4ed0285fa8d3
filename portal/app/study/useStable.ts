import { useEffect, useMemo, useRef } from 'react'

type Functions = Record<string, ((...given: never[]) => unknown) | undefined>

/** The same functions in each render, each doing what its newest version does: rows that did not change stay undrawn. */
export function useStable<T extends { [K in keyof T]: Functions[string] }>(newest: T): T {
  const held = useRef(newest)
  useEffect(() => {
    held.current = newest
  })
  const names = Object.keys(newest)
    .filter((name) => newest[name as keyof T] !== undefined)
    .join(' ')
  return useMemo(() => {
    const call =
      (name: string) =>
      (...given: never[]) =>
        (held.current[name as keyof T] as (...given: never[]) => unknown)(...given)
    return Object.fromEntries(names.split(' ').map((name) => [name, call(name)])) as T
  }, [names])
}
