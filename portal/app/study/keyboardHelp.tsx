import { Kbd } from '@mantine/core'
import { Dialog } from '../components/dialog.tsx'
import styles from './study.module.css'

const keys: [string[], string][] = [
  [['↑', '↓'], 'Move from series to series'],
  [['Space'], 'Choose the series, or let it go'],
  [['Shift', '↑↓'], 'Choose a range'],
  [['Ctrl', 'A'], 'Choose all that are shown'],
  [['Esc'], 'Choose none'],
  [['Enter'], 'Open what is chosen in the viewer'],
  [['E'], 'Open the panel: record, files, header, history'],
  [['P'], 'Send to the public registry'],
  [['Del'], 'Delete'],
  [['/'], 'Search the labels'],
  [['?'], 'This list'],
]

export function KeyboardHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Dialog opened={opened} onClose={onClose} title="Keys of the table">
      <table className={styles.keys}>
        <tbody>
          {keys.map(([names, text]) => (
            <tr key={text}>
              <td>
                {names.map((name) => (
                  <Kbd key={name} mr={4}>
                    {name}
                  </Kbd>
                ))}
              </td>
              <th scope="row">{text}</th>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  )
}
