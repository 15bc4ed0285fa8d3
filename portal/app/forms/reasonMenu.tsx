import { Menu } from '@mantine/core'
import { nullReasons, type NullReasonCode } from './fields.ts'
import styles from './forms.module.css'

interface Props {
  title: string
  reason: NullReasonCode | undefined
  onChange: (reason: NullReasonCode | undefined) => void
}

/** Says why a field that publishing needs stays empty: "unknown" is a value with a reason. */
export function ReasonMenu({ title, reason, onChange }: Props) {
  return (
    <Menu position="bottom-start" withinPortal>
      <Menu.Target>
        <button type="button" className={styles.reason} aria-label={`Why ${title} is empty: ${text(reason)}`}>
          {text(reason)}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {Object.entries(nullReasons).map(([code, words]) => (
          <Menu.Item key={code} onClick={() => onChange(code as NullReasonCode)}>
            {words}
          </Menu.Item>
        ))}
        {reason && <Menu.Item onClick={() => onChange(undefined)}>Take the reason away</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  )
}

const text = (reason: NullReasonCode | undefined): string => (reason ? nullReasons[reason] : 'Empty for a reason?')
