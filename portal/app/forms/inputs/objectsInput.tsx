import { Button, Fieldset } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { FieldList } from '../fieldList.tsx'
import styles from '../forms.module.css'
import type { Json } from '../path.ts'
import type { InputProps } from './inputProps.ts'

/** A list of small objects (groups, funding, approvals), each with its fields. */
export function ObjectsInput({ node, title, label, pointer, id, error, value = [], onChange }: InputProps<Json[]>) {
  const item = node.items ?? {}
  const noun = (item.title ?? title).toLowerCase()
  return (
    <Fieldset legend={label} id={id} tabIndex={-1} variant="unstyled" className={styles.objects}>
      {error && <p className={styles.problem}>{error}</p>}
      {value.map((held, place) => (
        // The items have no identity of their own but their place.
        <div key={`${place}`} className={styles.item}>
          <FieldList schema={item} value={held} pointer={`${pointer}/${place}`} />
          <Button
            variant="subtle"
            color="gray"
            size="compact-xs"
            onClick={() => {
              const next = value.filter((_, n) => n !== place)
              onChange(next.length > 0 ? next : undefined)
            }}
          >
            Remove {noun} {place + 1}
          </Button>
        </div>
      ))}
      <Button
        variant="default"
        size="compact-sm"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() => onChange([...value, {}])}
      >
        Add {noun}
      </Button>
    </Fieldset>
  )
}
