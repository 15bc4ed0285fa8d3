import { Checkbox, Popover, UnstyledButton } from '@mantine/core'
import { cornerFields, setCorners, toggleKey, useCorners, type CornerField } from './cornerFields.ts'
import styles from './viewer.module.css'

/** Which lines are written on the pictures. */
export function CornerChoice() {
  const { fields, keys } = useCorners()
  const names = Object.keys(cornerFields) as CornerField[]
  return (
    <Popover position="left-start" withArrow shadow="md">
      <Popover.Target>
        <UnstyledButton className={styles.choose}>Lines on the pictures</UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <div className={styles.choices} role="group" aria-label="Lines on the pictures">
          {names.map((name) => (
            <Checkbox
              key={name}
              size="xs"
              label={cornerFields[name]}
              checked={fields.includes(name)}
              onChange={() =>
                setCorners({
                  fields: names.filter((one) => (one === name ? !fields.includes(one) : fields.includes(one))),
                })
              }
            />
          ))}
          {keys.map((key) => (
            <Checkbox key={key} size="xs" label={key} checked onChange={() => toggleKey(key)} />
          ))}
          <p className="dim">Keys of the files are chosen in their header, with the pin beside each.</p>
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}
