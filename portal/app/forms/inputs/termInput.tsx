import { Autocomplete, Pill } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useEffect, useRef, useState } from 'react'
import type { CodedTerm } from '#ontology/values.ts'
import { get } from '../../api.ts'
import type { Page } from '../../contract.ts'
import styles from '../forms.module.css'
import { exampleOf, wrapperProps, type InputProps } from './inputProps.ts'

type Suggestion = CodedTerm & { synonyms?: string[] }

/** "NCBITaxon 10090" */
export const codeText = (term: CodedTerm): string | null => {
  const [coding] = term.codings ?? []
  return coding ? `${coding.scheme} ${coding.code}` : null
}

/** Terms of a vocabulary that fit a text; none while nothing is being typed. */
function useSuggestions(vocabulary: string, text: string, active: boolean): Suggestion[] {
  const [asked] = useDebouncedValue(text, 150)
  const [found, setFound] = useState<Suggestion[]>([])
  useEffect(() => {
    if (!active) return
    const stop = new AbortController()
    get<Page<Suggestion>>(`/terms/${vocabulary}`, { q: asked, limit: 20 }, stop.signal)
      .then((page) => setFound(page.items))
      // Free text is allowed, so a list that cannot be read costs suggestions only.
      .catch(() => setFound([]))
    return () => stop.abort()
  }, [vocabulary, asked, active])
  return found
}

const plain = ({ label, codings }: Suggestion): CodedTerm => ({ label, ...(codings && { codings }) })
const named = (terms: Suggestion[], text: string): Suggestion | undefined =>
  terms.find((term) => term.label.toLowerCase() === text.trim().toLowerCase())

interface EntryProps extends InputProps<CodedTerm> {
  onChosen?: (term: CodedTerm) => void
}

function TermEntry({ onChosen, ...props }: EntryProps) {
  const { node, value, onChange } = props
  const [active, setActive] = useState(false)
  const submitted = useRef<string>(undefined)
  const text = value?.label ?? ''
  const suggestions = useSuggestions(node['x-vocabulary'] ?? '', text, active)
  const byLabel = new Map(suggestions.map((term) => [term.label, term]))
  return (
    <Autocomplete
      {...wrapperProps(props)}
      value={text}
      data={[...byLabel.keys()]}
      filter={({ options }) => options}
      limit={20}
      placeholder={exampleOf(node) ?? 'Type to find a term'}
      autoComplete="off"
      onFocus={() => setActive(true)}
      onChange={(next) => {
        // A chosen option is reported twice: as the option, then as the text of the input.
        const reported = onChosen && submitted.current === next
        submitted.current = undefined
        if (reported) return
        const known = named(suggestions, next)
        onChange(next === '' ? undefined : known ? plain(known) : { label: next })
      }}
      onOptionSubmit={(label) => {
        const term = byLabel.get(label)
        submitted.current = label
        if (term) onChosen?.(plain(term))
      }}
      onBlur={() => {
        setActive(false)
        const known = value && !value.codings ? named(suggestions, text) : undefined
        if (known) onChange(plain(known))
        if (value && onChosen) onChosen(known ? plain(known) : value)
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && onChosen && value && !event.currentTarget.getAttribute('aria-activedescendant')) {
          event.preventDefault()
          onChosen(value)
        }
      }}
      renderOption={({ option }) => {
        const term = byLabel.get(option.value)
        return (
          <span>
            {option.value}
            {term && <TermDetail term={term} />}
          </span>
        )
      }}
    />
  )
}

function TermDetail({ term }: { term: Suggestion }) {
  const parts = [codeText(term), term.synonyms?.slice(0, 3).join(', ')].filter(Boolean)
  return <span className={styles.note}> {parts.join(' · ')}</span>
}

/** One term: chosen from the vocabulary with its code, or free text. */
export function TermInput(props: InputProps<CodedTerm>) {
  const { value, description } = props
  const code = value && codeText(value)
  return <TermEntry {...props} description={code ?? description} />
}

/** Several terms, each as in TermInput. */
export function TermsInput(props: InputProps<CodedTerm[]>) {
  const { value = [], onChange, ...rest } = props
  const [entry, setEntry] = useState<CodedTerm>()
  const add = (term: CodedTerm) => {
    setEntry(undefined)
    if (term.label.trim() === '' || named(value, term.label)) return
    onChange([...value, term])
  }
  return (
    <div>
      <TermEntry {...rest} value={entry} onChange={setEntry} onChosen={add} />
      {value.length > 0 && (
        <Pill.Group mt={6}>
          {value.map((term, place) => (
            <Pill
              key={term.label}
              withRemoveButton
              title={codeText(term) ?? 'Free text, without a code'}
              removeButtonProps={{ 'aria-label': `Remove ${term.label}`, tabIndex: 0 }}
              onRemove={() => {
                const next = value.filter((_, n) => n !== place)
                onChange(next.length > 0 ? next : undefined)
              }}
            >
              {term.label}
            </Pill>
          ))}
        </Pill.Group>
      )}
    </div>
  )
}
