import { Button } from '@mantine/core'
import { IconFiles, IconFolderPlus } from '@tabler/icons-react'
import { useRef } from 'react'
import type { ChosenFile } from './batch.ts'
import { pickedFiles } from './folder.ts'

interface Props {
  onChosen: (files: ChosenFile[]) => void
  variant?: 'filled' | 'default'
}

/** Buttons that open the browser's own dialogs for a folder or for files. */
export function ChooseFiles({ onChosen, variant = 'default' }: Props) {
  const folder = useRef<HTMLInputElement>(null)
  const files = useRef<HTMLInputElement>(null)
  const take = (input: HTMLInputElement) => {
    if (input.files && input.files.length > 0) onChosen(pickedFiles(input.files))
    // So that the same folder can be chosen again.
    input.value = ''
  }
  return (
    <>
      <Button
        variant={variant}
        leftSection={<IconFolderPlus size={16} aria-hidden />}
        onClick={() => folder.current?.click()}
      >
        Upload a folder
      </Button>
      <Button
        variant="default"
        leftSection={<IconFiles size={16} aria-hidden />}
        onClick={() => files.current?.click()}
      >
        Upload files
      </Button>
      <input
        ref={(input) => {
          // React's types do not know the attribute; every browser knows the property.
          if (input) input.webkitdirectory = true
          folder.current = input
        }}
        type="file"
        hidden
        data-choose="folder"
        onChange={(event) => take(event.currentTarget)}
      />
      <input
        ref={files}
        type="file"
        hidden
        multiple
        data-choose="files"
        onChange={(event) => take(event.currentTarget)}
      />
    </>
  )
}
