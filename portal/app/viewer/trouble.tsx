import { useSyncExternalStore } from 'react'
import { Button } from '@mantine/core'
import { IconPlugConnectedX } from '@tabler/icons-react'
import type { PlaneSource } from './planeSource.ts'
import styles from './viewer.module.css'

/** Why planes do not arrive, and what is done about it. */
export function Trouble({ sources, retry }: { sources: readonly PlaneSource[]; retry: () => void }) {
  const problem = useSyncExternalStore(
    (changed) => {
      const stops = sources.map((source) => source.follow(changed))
      return () => stops.forEach((stop) => stop())
    },
    () => sources.find((source) => source.problem)?.problem ?? null,
  )
  if (!problem) return null
  return (
    <div className={styles.trouble} role="alert">
      <IconPlugConnectedX size={18} aria-hidden />
      <span>
        {problem.message} {problem.kind === 'lost' && 'Planes that are here stay; the others are asked for again.'}
      </span>
      <Button size="compact-sm" variant="default" onClick={retry}>
        Try now
      </Button>
    </div>
  )
}
