import { Button, Group, Text } from '@mantine/core'
import { useEffect, type RefObject } from 'react'
import { useBlocker } from 'react-router'
import { Dialog } from '../components/dialog.tsx'

/**
 * Asks before leaving a page with changes that are not saved: within the portal, and by the browser itself. Shown only
 * while there are some; `saved` lets the navigation pass that follows a successful save at once.
 */
export function UnsavedGuard({ saved }: { saved: RefObject<boolean> }) {
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => !saved.current && currentLocation.pathname !== nextLocation.pathname,
  )
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [])
  return (
    <Dialog opened={blocker.state === 'blocked'} onClose={() => blocker.reset?.()} title="Leave without saving?">
      <Text>What you changed on this page is not saved yet.</Text>
      <Group justify="flex-end" mt="md">
        <Button variant="default" color="red" onClick={() => blocker.proceed?.()}>
          Leave and lose the changes
        </Button>
        <Button data-autofocus onClick={() => blocker.reset?.()}>
          Stay here
        </Button>
      </Group>
    </Dialog>
  )
}
