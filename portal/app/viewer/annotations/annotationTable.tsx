/** What has been drawn and measured: to go to, rename, colour, hide, remove, and take away as a table. */
import { useState } from 'react'
import { ActionIcon, Button, ColorInput, Select, TextInput } from '@mantine/core'
import { IconDownload, IconEye, IconEyeOff, IconTrash } from '@tabler/icons-react'
import { annotationTools } from '#ontology/entities/annotation.ts'
import type { SeriesHeader } from '../contract.ts'
import { Section } from '../infoPanel.tsx'
import { download } from '../screenshot.ts'
import { csvOf } from './csv.ts'
import { annotationColours, type Drawn } from './drawn.ts'
import { StructureInput } from './structureInput.tsx'
import styles from './annotations.module.css'
import type { SaveState } from './store.ts'
import type { Annotations } from './useAnnotations.ts'

interface Props {
  annotations: Annotations
  headers: readonly SeriesHeader[]
  /** Shows the place of a drawing. */
  onGoTo: (drawn: Drawn) => void
}

export function AnnotationTable({ annotations, headers, onGoTo }: Props) {
  const { store, selected, hidden, trouble } = annotations
  const open = new Set(headers.map((header) => header.seriesId))
  const all = store.all.filter((drawn) => open.has(drawn.seriesId))
  if (all.length === 0 && trouble.length === 0) return null
  const keys = all.map(({ key }) => key)
  const everyHidden = keys.length > 0 && keys.every((key) => hidden.has(key))
  const removable = all.filter((drawn) => annotations.mayChange(drawn)).map(({ key }) => key)
  return (
    <Section title={`Measurements${all.length > 0 ? ` (${all.length})` : ''}`}>
      <ul className={styles.list} aria-label="Measurements">
        {all.map((drawn) => (
          <Row
            key={drawn.key}
            drawn={drawn}
            annotations={annotations}
            chosen={drawn.key === selected}
            onGoTo={onGoTo}
          />
        ))}
      </ul>
      <div className={styles.actions}>
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          leftSection={<IconDownload size={14} aria-hidden />}
          disabled={all.length === 0}
          onClick={() =>
            download(new Blob([csvOf(annotations, all, headers)], { type: 'text/csv' }), 'measurements.csv')
          }
        >
          CSV
        </Button>
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          onClick={() => annotations.setHidden(keys, !everyHidden)}
        >
          {everyHidden ? 'Show all' : 'Hide all'}
        </Button>
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          disabled={removable.length === 0}
          onClick={() => store.remove(removable)}
        >
          Remove all
        </Button>
      </div>
      {trouble.map((sentence) => (
        <p key={sentence} className={styles.trouble}>
          {sentence}
        </p>
      ))}
      <p className="dim" role="status" data-kept="">
        {keptText(all, annotations, headers)}
      </p>
    </Section>
  )
}

/** Where the drawings are, in one sentence. */
function keptText(all: readonly Drawn[], { store }: Annotations, headers: readonly SeriesHeader[]): string {
  const states = all.map((drawn) => store.stateOf(drawn.key))
  const problem = states.find((state): state is Exclude<SaveState, string> => typeof state === 'object')
  if (problem) return `Not kept: ${problem.problem}`
  if (states.includes('saving')) return 'Saving…'
  if (headers.every((header) => header.record === null))
    return 'Kept until you leave this page. Members of the project keep theirs with the series.'
  if (all.length === 0) return ''
  return headers.some((header) => header.record?.mayEdit)
    ? 'Saved with the series.'
    : 'Saved with the series, for you alone.'
}

interface RowProps {
  drawn: Drawn
  annotations: Annotations
  chosen: boolean
  onGoTo: (drawn: Drawn) => void
}

function Row({ drawn, annotations, chosen, onGoTo }: RowProps) {
  const { store, hidden, select, measured } = annotations
  const isHidden = hidden.has(drawn.key)
  const mayChange = annotations.mayChange(drawn)
  const lines = measured(drawn)?.lines ?? []
  return (
    <li data-chosen={chosen || undefined} data-annotation={drawn.tool}>
      <div className={styles.row}>
        <span className={styles.dot} style={{ background: drawn.colour }} aria-hidden />
        <button
          type="button"
          className={styles.name}
          aria-label={`Go to ${drawn.label}`}
          aria-expanded={chosen}
          onClick={() => {
            select(drawn.key)
            onGoTo(drawn)
          }}
        >
          <strong>{drawn.label}</strong>
          {drawn.structure && <span className={styles.structure}>{drawn.structure.label}</span>}
          {lines.map((line) => (
            <span key={line}>{line}</span>
          ))}
        </button>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={26}
          aria-label={`${isHidden ? 'Show' : 'Hide'} ${drawn.label}`}
          aria-pressed={isHidden}
          onClick={() => annotations.setHidden([drawn.key], !isHidden)}
        >
          {isHidden ? <IconEyeOff size={15} aria-hidden /> : <IconEye size={15} aria-hidden />}
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={26}
          disabled={!mayChange}
          aria-label={`Remove ${drawn.label}`}
          onClick={() => store.remove([drawn.key])}
        >
          <IconTrash size={15} aria-hidden />
        </ActionIcon>
      </div>
      {chosen && <Details drawn={drawn} annotations={annotations} mayChange={mayChange} />}
    </li>
  )
}

function Details({ drawn, annotations, mayChange }: { drawn: Drawn; annotations: Annotations; mayChange: boolean }) {
  const { store } = annotations
  /** Being typed; null while the name is as it is. */
  const [typed, setTyped] = useState<string | null>(null)
  const author = store.keptOf(drawn.key)?.author
  const rename = () => {
    const next = typed?.trim() ?? ''
    if (next !== '' && next !== drawn.label) store.update(drawn.key, { label: next.slice(0, 300) })
    setTyped(null)
  }
  return (
    <div className={styles.details}>
      <TextInput
        size="xs"
        label={drawn.tool === 'arrow' ? 'Words' : 'Name'}
        value={typed ?? drawn.label}
        maxLength={300}
        disabled={!mayChange}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onBlur={rename}
        onKeyDown={(event) => event.key === 'Enter' && rename()}
      />
      <StructureInput
        value={drawn.structure}
        disabled={!mayChange}
        onChange={(structure) => {
          const { structure: _before, ...rest } = drawn
          store.change([{ before: drawn, after: structure ? { ...rest, structure } : rest }])
        }}
      />
      <div className={styles.pair}>
        <ColorInput
          size="xs"
          label="Colour"
          value={drawn.colour}
          format="hex"
          swatches={[...annotationColours]}
          withEyeDropper={false}
          disabled={!mayChange}
          onChangeEnd={(colour) => /^#[0-9a-f]{6}$/.test(colour) && store.update(drawn.key, { colour })}
        />
        <Select
          size="xs"
          label="Seen by"
          data={[
            { value: 'me', label: 'Me' },
            { value: 'project', label: 'Project' },
            { value: 'public', label: 'Public, when published' },
          ]}
          value={drawn.audience}
          allowDeselect={false}
          disabled={!mayChange}
          onChange={(audience) => audience && store.update(drawn.key, { audience: audience as Drawn['audience'] })}
        />
      </div>
      <p className="dim">
        {annotationTools[drawn.tool].title}
        {author ? ` by ${author}` : ''}
      </p>
    </div>
  )
}
