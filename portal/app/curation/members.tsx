import { ActionIcon, Button, NativeSelect, TextInput } from '@mantine/core'
import { IconUserMinus } from '@tabler/icons-react'
import { useState } from 'react'
import { send } from '../api.ts'
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
                  onClick={() => void change(send('DELETE', `${path}/${userId}`))}
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
