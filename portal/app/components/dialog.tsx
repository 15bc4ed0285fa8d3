import { Modal, type ModalProps } from '@mantine/core'
import { useReturnFocus } from './returnFocus.ts'

/** A dialog in front of the page; whichever way it goes away, the focus is where it was before. */
export function Dialog(props: ModalProps) {
  useReturnFocus(props.opened)
  return <Modal {...props} />
}
