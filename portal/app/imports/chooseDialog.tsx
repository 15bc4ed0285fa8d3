import { Button, Radio, SegmentedControl, Stack } from '@mantine/core'
import { useCallback, useState } from 'react'
import { withDefaults } from '#ontology/entity.ts'
import type { Node } from '#ontology/vocabulary.ts'
import { Dialog } from '../components/dialog.tsx'
import { bodyOf } from '../forms/fields.ts'
import type { Json } from '../forms/path.ts'
import { SchemaForm } from '../forms/schemaForm.tsx'

export interface Choice {
  id?: string | null
  create?: Json | null
}

interface Props {
  title: string
  /** "subject" */
  noun: string
  existing: Node
  fresh: Node
  start: Choice
  projectId: string
  /** What the choice is meant for; the first one is proposed. */
  scopes?: { value: string; label: string }[]
  onChosen: (choice: Choice, scope: string) => void
  onClose: () => void
}

const ways = (noun: string) => [
  { value: 'existing', label: `A known ${noun}` },
  { value: 'new', label: `A new ${noun}` },
  { value: 'none', label: 'None' },
]

/** Chooses what a planned series or session refers to: something that exists, something new, or nothing yet. */
export function ChooseDialog({ title, noun, existing, fresh, start, projectId, scopes, onChosen, onClose }: Props) {
  const [way, setWay] = useState(start.id ? 'existing' : start.create ? 'new' : 'existing')
  const [known, setKnown] = useState<Json>(start.id ? { id: start.id } : {})
  const [made, setMade] = useState<Json>(() => start.create ?? withDefaults(fresh))
  const [scope, setScope] = useState(scopes?.[0]?.value ?? '')
  const changeKnown = useCallback((next: (held: Json) => Json) => setKnown(next), [])
  const changeMade = useCallback((next: (held: Json) => Json) => setMade(next), [])
  const choose = () => {
    const body = bodyOf(fresh, made)
    if (way === 'existing') onChosen({ id: (known.id as string | undefined) ?? null, create: null }, scope)
    else if (way === 'new') onChosen({ id: null, create: body }, scope)
    else onChosen({ id: null, create: null }, scope)
  }
  const buttons = (
    <>
      {scopes && scopes.length > 1 && (
        <Radio.Group label="For" value={scope} onChange={setScope} w="100%">
          <Stack gap={4} mt={4}>
            {scopes.map(({ value, label }) => (
              <Radio key={value} value={value} label={label} size="xs" />
            ))}
          </Stack>
        </Radio.Group>
      )}
      <Button type="submit" disabled={way === 'existing' && !known.id}>
        Use {way === 'none' ? `no ${noun}` : `this ${noun}`}
      </Button>
      <Button variant="default" onClick={onClose}>
        Cancel
      </Button>
    </>
  )
  return (
    <Dialog opened onClose={onClose} title={title} size="lg">
      <SegmentedControl value={way} onChange={setWay} data={ways(noun)} mb="sm" fullWidth />
      {way === 'existing' && (
        <SchemaForm schema={existing} value={known} onChange={changeKnown} onSubmit={choose} projectId={projectId}>
          {buttons}
        </SchemaForm>
      )}
      {way === 'new' && (
        <SchemaForm schema={fresh} value={made} onChange={changeMade} onSubmit={choose} projectId={projectId}>
          {buttons}
        </SchemaForm>
      )}
      {way === 'none' && (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            choose()
          }}
        >
          <p className="dim">It can be linked later; publishing will ask for it.</p>
          {buttons}
        </form>
      )}
    </Dialog>
  )
}
