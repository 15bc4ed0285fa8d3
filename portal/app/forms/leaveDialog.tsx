import { Button, Group, Text } from '@mantine/core'
import { Dialog } from '../components/dialog.tsx'

/** Whether to leave a page with changes that are not saved. */
export const LeaveDialog = ({ onLeave, onStay }: { onLeave: () => void; onStay: () => void }) => (
  <Dialog opened onClose={onStay} title="Leave without saving?">
    <Text>What you changed on this page is not saved yet.</Text>
    <Group justify="flex-end" mt="md">
      <Button variant="default" color="red" onClick={onLeave}>
        Leave and lose the changes
      </Button>
      <Button data-autofocus onClick={onStay}>
        Stay here
      </Button>
    </Group>
  </Dialog>
)
