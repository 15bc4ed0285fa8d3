import { IconFolderDown } from '@tabler/icons-react'
import { useEffect, useEffectEvent, useState } from 'react'
import styles from './upload.module.css'

interface Props {
  /** What will happen: "Import into Day 7 to 21". */
  text: string
  onDrop: (transfer: DataTransfer) => void
}

/** Makes the whole page a place to drop files and folders on. */
export function PageDrop({ text, onDrop }: Props) {
  const [over, setOver] = useState(false)
  const dropped = useEffectEvent(onDrop)
  useEffect(() => {
    // Entering a child is reported before leaving its parent.
    let depth = 0
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const enter = (event: DragEvent) => {
      if (!carriesFiles(event)) return
      depth += 1
      setOver(true)
    }
    const leave = () => {
      depth = Math.max(0, depth - 1)
      if (depth === 0) setOver(false)
    }
    const hover = (event: DragEvent) => {
      if (carriesFiles(event)) event.preventDefault()
    }
    const drop = (event: DragEvent) => {
      depth = 0
      setOver(false)
      if (!event.dataTransfer || !carriesFiles(event)) return
      event.preventDefault()
      dropped(event.dataTransfer)
    }
    window.addEventListener('dragenter', enter)
    window.addEventListener('dragleave', leave)
    window.addEventListener('dragover', hover)
    window.addEventListener('drop', drop)
    return () => {
      window.removeEventListener('dragenter', enter)
      window.removeEventListener('dragleave', leave)
      window.removeEventListener('dragover', hover)
      window.removeEventListener('drop', drop)
    }
  }, [])
  if (!over) return null
  return (
    <div className={styles.overlay}>
      <div className={styles.overlayText}>
        <IconFolderDown size={40} stroke={1.3} aria-hidden />
        {text}
      </div>
    </div>
  )
}
