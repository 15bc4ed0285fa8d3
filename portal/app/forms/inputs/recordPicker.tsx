/** Chooses records of another entity: search by typing, or make the missing one in place. */
import { Combobox, Pill, TextInput, useCombobox } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { Suspense, lazy, useEffect, useState } from 'react'
import type { Entity } from '#ontology/entity.ts'
import { Dialog } from '../../components/dialog.tsx'
import { get } from '../../api.ts'
import type { Page } from '../../contract.ts'
import styles from '../forms.module.css'
import { useFormScope } from '../formContext.ts'
import type { Json } from '../path.ts'
import { labelled, useLabels, type Found } from '../labels.ts'
import { entityNamed } from '../records.ts'
import { wrapperProps, type InputProps } from './inputProps.ts'

// A form can hold a picker that opens a form.
const RecordForm = lazy(() => import('../recordForm.tsx').then(({ RecordForm: component }) => ({ default: component })))

function useFound(entity: Entity, text: string, active: boolean, projectId: string | undefined): Found[] {
  const [asked] = useDebouncedValue(text, 150)
  const [found, setFound] = useState<Found[]>([])
  useEffect(() => {
    if (!active) return
    const stop = new AbortController()
    const scope = entity.scope === 'project' && entity.name !== 'Project' ? { projectId } : {}
    get<Page<Found>>(`/${entity.plural}`, { q: asked, limit: 20, ...scope }, stop.signal)
      .then((page) => setFound(page.items))
      .catch(() => setFound([]))
    return () => stop.abort()
  }, [entity, asked, active, projectId])
  return found
}

interface EntryProps extends InputProps<string> {
  entity: Entity
  exclude?: readonly string[]
}

function PickerEntry({ entity, exclude = [], ...props }: EntryProps) {
  const { value, onChange, title } = props
  const { projectId } = useFormScope()
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() })
  const [typed, setTyped] = useState<string>()
  const [making, setMaking] = useState<string>()
  const labels = useLabels(entity, value ? [value] : [])
  const found = useFound(entity, typed ?? '', combobox.dropdownOpened, projectId)
  const options = found.filter((record) => !exclude.includes(record.id))
  const choose = (id: string) => {
    setTyped(undefined)
    combobox.closeDropdown()
    onChange(id)
  }
  const noun = entity.title.toLowerCase()
  const canMake = !entity.serverWritten
  return (
    <>
      <Combobox
        store={combobox}
        onOptionSubmit={(choice) => {
          if (choice === 'make') setMaking(typed ?? '')
          else choose(choice)
        }}
      >
        <Combobox.Target withExpandedAttribute>
          <TextInput
            {...wrapperProps(props)}
            value={typed ?? (value ? labels[value] : '')}
            placeholder={`Find ${article(noun)}${canMake ? ' or make a new one' : ''}`}
            autoComplete="off"
            onClick={() => combobox.openDropdown()}
            onBlur={() => {
              combobox.closeDropdown()
              setTyped(undefined)
            }}
            onChange={(event) => {
              const text = event.currentTarget.value
              setTyped(text)
              if (text === '') onChange(undefined)
              combobox.openDropdown()
              combobox.resetSelectedOption()
            }}
          />
        </Combobox.Target>
        <Combobox.Dropdown>
          <Combobox.Options mah={280} style={{ overflowY: 'auto' }} aria-label={title}>
            {options.map((record) => (
              <Combobox.Option key={record.id} value={record.id} active={record.id === value}>
                {labelled(entity, record)}
                <span className={styles.note}> {detailOf(entity, record)}</span>
              </Combobox.Option>
            ))}
            {options.length === 0 && (
              <Combobox.Empty>{typed ? `No ${noun} fits “${typed}”` : `No ${noun} yet`}</Combobox.Empty>
            )}
            {canMake && (
              <Combobox.Option value="make">
                <IconPlus size={14} aria-hidden style={{ verticalAlign: '-2px' }} /> New {noun}
                {typed ? ` “${typed}”` : ''}
              </Combobox.Option>
            )}
          </Combobox.Options>
        </Combobox.Dropdown>
      </Combobox>
      <Dialog
        opened={making !== undefined}
        onClose={() => setMaking(undefined)}
        title={`New ${noun}`}
        size="lg"
        stackId="forms"
      >
        {making !== undefined && (
          <Suspense fallback={<p>Loading the form</p>}>
            <RecordForm
              entity={entity.name}
              projectId={projectId}
              known={{ ...(making && { [entity.label]: making }), ...belonging(entity, projectId) }}
              onSaved={(record) => {
                labelled(entity, record)
                setMaking(undefined)
                choose(record.id)
              }}
              onCancel={() => setMaking(undefined)}
            />
          </Suspense>
        )}
      </Dialog>
    </>
  )
}

/** Fields that make a new record part of the project at hand. */
function belonging(entity: Entity, projectId: string | undefined): Json {
  const fields = entity.record.properties as Record<string, unknown>
  if (!projectId) return {}
  if ('projectIds' in fields) return { projectIds: [projectId] }
  return 'projectId' in fields ? { projectId } : {}
}

const article = (noun: string): string => `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`

function detailOf(entity: Entity, record: Found): string {
  const detail = { Agent: record.category, Instrument: record.model, Subject: record.kind, Person: record.orcid }
  return String(detail[entity.name as keyof typeof detail] ?? '')
}

/** One reference. */
export function ReferenceInput(props: InputProps<string>) {
  return <PickerEntry {...props} entity={entityNamed(props.node['x-ref'] ?? '')} />
}

/** A list of references. */
export function ReferencesInput(props: InputProps<string[]>) {
  const { node, value = [], onChange, ...rest } = props
  const entity = entityNamed(node.items?.['x-ref'] ?? '')
  const labels = useLabels(entity, value)
  return (
    <div>
      <PickerEntry
        {...rest}
        node={node.items ?? {}}
        entity={entity}
        exclude={value}
        value={undefined}
        onChange={(id) => id && onChange([...value.filter((one) => one !== id), id])}
      />
      {value.length > 0 && (
        <Pill.Group mt={6}>
          {value.map((id) => (
            <Pill
              key={id}
              withRemoveButton
              removeButtonProps={{ 'aria-label': `Remove ${labels[id]}`, tabIndex: 0 }}
              onRemove={() => {
                const next = value.filter((one) => one !== id)
                onChange(next.length > 0 ? next : undefined)
              }}
            >
              {labels[id]}
            </Pill>
          ))}
        </Pill.Group>
      )}
    </div>
  )
}
