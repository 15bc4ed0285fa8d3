import { ActionIcon, Button } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { Section } from './infoPanel.tsx'
import type { Measurement } from './measurements.ts'
import styles from './viewer.module.css'

export interface MeasurementListProps {
  measurements: Measurement[]
  onSelect: (measurement: Measurement) => void
  onRemove: (ids: string[]) => void
}

/** What has been measured; lives as long as the page. */
export function MeasurementList({ measurements, onSelect, onRemove }: MeasurementListProps) {
  if (measurements.length === 0) return null
  return (
    <Section title="Measurements">
      <ul className={styles.measurements}>
        {measurements.map((one) => (
          <li key={one.id}>
            <button type="button" onClick={() => onSelect(one)} aria-label={`Go to ${one.title}`}>
              <strong>{one.title}</strong>
              {one.lines.map((line) => (
                <span key={line}>{line}</span>
              ))}
            </button>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove ${one.title}`}
              onClick={() => onRemove([one.id])}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </li>
        ))}
      </ul>
      <Button
        size="compact-xs"
        variant="subtle"
        color="gray"
        onClick={() => onRemove(measurements.map(({ id }) => id))}
      >
        Remove all
      </Button>
      <p className="dim">Measurements are kept until you leave this page.</p>
    </Section>
  )
}
