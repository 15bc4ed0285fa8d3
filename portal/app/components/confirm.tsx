import { useId, type ReactNode } from 'react'
import { Button } from '@mantine/core'
import styles from './confirm.module.css'

interface Props {
  /** What the opening button says. */
  label: string
  /** Said to those who do not see what the button stands beside. */
  about?: string
  /** What will happen, in numbers where there are any. */
  children: ReactNode
  /** What the button that does it says. It submits the form around it. */
  action: string
  danger?: boolean
}

/** A button that first says what it will do. Works by keyboard and without script. */
export function Confirm({ label, about, children, action, danger = true }: Props) {
  const id = useId()
  return (
    <>
      <Button component="button" type="button" variant="default" size="xs" popoverTarget={id}>
        {label}
        {about && <span className="srOnly"> {about}</span>}
      </Button>
      <div id={id} popover="auto" className={styles.panel}>
        <h3 className={styles.title}>
          {action}
          {about && `: ${about}`}
        </h3>
        <div className={styles.text}>{children}</div>
        <div className={styles.buttons}>
          <Button component="button" type="button" variant="default" popoverTarget={id} popoverTargetAction="hide">
            Cancel
          </Button>
          <Button type="submit" color={danger ? 'red' : undefined}>
            {action}
          </Button>
        </div>
      </div>
    </>
  )
}
