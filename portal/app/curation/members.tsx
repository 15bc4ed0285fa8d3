import { ActionIcon, Button, Group, NativeSelect, Text, TextInput } from '@mantine/core'
import { IconUserMinus } from '@tabler/icons-react'
import { useState } from 'react'
import { send } from '../api.ts'
import { Dialog } from '../components/dialog.tsx'
import { ProblemAlert } from '../components/problem.tsx'
import type { Problem, ProjectRole } from '../contract.ts'
import { fieldErrors } from '../http.ts'
import styles from './members.module.css'

export interface Member {
  userId: string
  name: string
  email: string
  role: ProjectRole
}

const roles = [
  { value: 'viewer', label: 'Viewer: sees everything' },
  { value: 'editor', label: 'Editor: uploads and edits' },
  { value: 'owner', label: 'Owner: also members and publishing' },
]

interface Props {
  projectId: string
  members: readonly Member[]
  mayManage: boolean
  onChanged: () => void
}

/** Who sees the project and what they may do; owners change it. */
export function Members({ projectId, members, mayManage, onChanged }: Props) {
  const [problem, setProblem] = useState<Problem | null>(null)
  const [leaving, setLeaving] = useState<Member>()
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<string>('viewer')
  const path = `/projects/${projectId}/members`
  const change = async (work: ReturnType<typeof send>) => {
    const sent = await work
    setProblem(sent.ok ? null : sent.problem)
    if (sent.ok) onChanged()
    return sent.ok
  }
  const emailError = fieldErrors(problem).email
  return (
    <section aria-labelledby="members">
      <h2 id="members">Members</h2>
      <ul className={styles.list}>
        {members.map(({ userId, name, email: address, role: held }) => (
          <li key={userId}>
            <span className={styles.who}>
              {name}
              <span className="dim">{address}</span>
            </span>
            {mayManage ? (
              <>
                <NativeSelect
                  size="xs"
                  aria-label={`Role of ${name}`}
                  value={held}
                  data={roles.map(({ value }) => value)}
                  onChange={(event) =>
                    void change(send('PUT', path, { email: address, role: event.currentTarget.value }))
                  }
                />
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Remove ${name}`}
                  title={`Remove ${name}`}
                  onClick={() => setLeaving({ userId, name, email: address, role: held })}
                >
                  <IconUserMinus size={16} aria-hidden />
                </ActionIcon>
              </>
            ) : (
              <span className="dim">{held}</span>
            )}
          </li>
        ))}
      </ul>
      <Dialog opened={leaving !== undefined} onClose={() => setLeaving(undefined)} title={`Remove ${leaving?.name}?`}>
        <Text>
          {leaving?.name} ({leaving?.email}) no longer sees the project, its studies and images. What this person made
          stays, and an owner can add the person again.
        </Text>
        <Group justify="flex-end" mt="md">
          <Button variant="default" data-autofocus onClick={() => setLeaving(undefined)}>
            Cancel
          </Button>
          <Button
            color="red"
            onClick={() => {
              setLeaving(undefined)
              void change(send('DELETE', `${path}/${leaving?.userId}`))
            }}
          >
            Remove the member
          </Button>
        </Group>
      </Dialog>
      {problem && !emailError && <ProblemAlert problem={problem} />}
      {mayManage && (
        <form
          className={styles.add}
          onSubmit={(event) => {
            event.preventDefault()
            void change(send('PUT', path, { email, role })).then((ok) => ok && setEmail(''))
          }}
        >
          <TextInput
            label="Add by e-mail address"
            type="email"
            autoComplete="off"
            value={email}
            error={emailError}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <NativeSelect label="As" value={role} data={roles} onChange={(event) => setRole(event.currentTarget.value)} />
          <Button type="submit" variant="default" disabled={email.trim() === ''}>
            Add member
          </Button>
        </form>
      )}
    </section>
  )
}
