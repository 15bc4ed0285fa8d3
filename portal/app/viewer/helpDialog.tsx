import { Dialog } from '../components/dialog.tsx'
import { keyGroups, keyName } from './keyboard.ts'
import styles from './viewer.module.css'

const hands = [
  ['Drag', 'what the chosen tool does'],
  ['Click', 'moves the crosshair, in all planes'],
  ['Double-click', 'one plane large, and back'],
  ['Wheel', 'through the planes'],
  ['Ctrl + wheel, right button', 'zoom'],
  ['Shift + drag, middle button', 'move'],
  ['Two fingers', 'zoom and move'],
] as const

export function HelpDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Dialog opened={opened} onClose={onClose} title="Mouse and keys" size="xl">
      <div className={styles.help}>
        <section>
          <h3>Mouse and touch</h3>
          <dl>
            {hands.map(([hand, does]) => (
              <div key={hand}>
                <dt>{hand}</dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
        {keyGroups.map(({ title, keys }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(({ keys: names, command, does }) => (
                <div key={command}>
                  <dt>
                    {names.map((name) => (
                      <kbd key={name}>{keyName(name)}</kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
