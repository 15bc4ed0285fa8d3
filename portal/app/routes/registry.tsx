import { useEffect, useRef } from 'react'
import { Button, EmptyState, TextInput } from '@mantine/core'
import { IconAdjustmentsHorizontal, IconLayoutGrid, IconList, IconSearch, IconX } from '@tabler/icons-react'
import { Form, Link, useNavigate, useNavigation, useRouteLoaderData, useSearchParams } from 'react-router'
import type { Route } from './+types/registry.ts'
import { apiOf } from '../api.server.ts'
import { LinkTabs } from '../components/linkTabs.tsx'
import { Pager } from '../components/pager.tsx'
import { ProblemAlert } from '../components/problem.tsx'
import { Filters, facetText } from '../components/registry/filters.tsx'
import { ResultCards, ResultTable } from '../components/registry/results.tsx'
import styles from '../components/registry/registry.module.css'
import type { Me, SearchPage } from '../contract.ts'
import { counted } from '../format.ts'
import { pathWith } from '../http.ts'
import { activeFilters, changed, searchQuery, withoutFilter, withoutFilters } from '../searchAddress.ts'

const kinds = [
  { type: 'series', label: 'Image series', one: 'image series', many: 'image series', signedIn: false },
  { type: 'dataset', label: 'Datasets', one: 'dataset', many: 'datasets', signedIn: false },
  { type: 'study', label: 'Studies', one: 'study', many: 'studies', signedIn: true },
  { type: 'subject', label: 'Subjects', one: 'subject', many: 'subjects', signedIn: true },
  { type: 'project', label: 'Projects', one: 'project', many: 'projects', signedIn: true },
]
const sorts = [
  { value: '', label: 'Best match' },
  { value: '-date', label: 'Newest' },
  { value: 'label', label: 'Title' },
]

export async function loader({ request, context }: Route.LoaderArgs) {
  const address = new URL(request.url).searchParams
  const limit = address.get('view') === 'table' ? 50 : 24
  return apiOf({ request, context }).attempt<SearchPage>('/search', searchQuery(address, limit))
}

export default function Registry({ loaderData }: Route.ComponentProps) {
  const [current] = useSearchParams()
  const navigation = useNavigation()
  const navigate = useNavigate()
  const me = useRouteLoaderData<{ me: Me }>('root')?.me
  // While a search is under way the filters already show what was asked for.
  const pending = navigation.location?.pathname === '/registry' ? navigation.location.search : null
  const address = pending === null ? current : new URLSearchParams(pending)
  const page = loaderData.ok ? loaderData.value : null
  const words = current.get('q') ?? ''
  const kind = kinds.find(({ type }) => type === (current.get('type') ?? 'series')) ?? kinds[0]!
  const mine = current.get('scope') === 'mine'
  // Subjects and projects have no state of their own in the registry.
  const showState = mine && ['series', 'dataset', 'study'].includes(kind.type)

  const search = (form: HTMLFormElement | null) => {
    if (form) void navigate(`/registry${addressOf(form)}`, { preventScrollReset: true })
  }
  const title = words ? `${words} · Registry · Vivarchive` : 'Registry · Vivarchive'
  return (
    <Form
      action="/registry"
      onSubmit={(event) => {
        event.preventDefault()
        document.getElementById('filters')?.hidePopover?.()
        search(event.currentTarget)
      }}
    >
      <title>{title}</title>
      <meta
        name="description"
        content="Search preclinical imaging data by modality, species, strain, agent and more."
      />
      <h1 className="srOnly">Registry</h1>
      <search className={styles.searchRow}>
        <SearchInput words={words} />
        <Button type="submit" size="md">
          Search
        </Button>
      </search>
      {current.get('type') && <input type="hidden" name="type" value={kind.type} />}
      {current.get('view') && <input type="hidden" name="view" value={current.get('view')!} />}
      <LinkTabs
        label="What to search for"
        tabs={kinds
          .filter(({ type, signedIn }) => !signedIn || (me?.user && mine) || type === kind.type)
          .map(({ type, label }) => ({ to: keepWords(current, type), label, current: type === kind.type }))}
      />
      <div className={styles.layout}>
        <Filters
          facets={page?.facets ?? []}
          ranges={page?.ranges ?? []}
          address={address}
          signedIn={Boolean(me?.user)}
          onChange={search}
        />
        <section aria-busy={pending !== null} aria-label="Results">
          <div className={styles.resultHead}>
            <h2 aria-live="polite">{page ? counted(page.total, kind.one, kind.many) : 'No result'}</h2>
            <button type="button" className={styles.openFilters} popoverTarget="filters">
              <IconAdjustmentsHorizontal size={17} aria-hidden />
              Filters
              {activeFilters(address).length > 0 && ` (${activeFilters(address).length})`}
            </button>
            <label>
              Sort
              <select
                name="sort"
                className={styles.sort}
                value={address.get('sort') ?? (words ? '' : '-date')}
                onChange={(event) => search(event.currentTarget.form)}
              >
                {sorts
                  .filter(({ value }) => value || words)
                  .map(({ value, label }) => (
                    <option key={value} value={value}>
                      {label}
                    </option>
                  ))}
              </select>
            </label>
            <Views current={current} />
            {kind.type === 'series' && page && page.total > 0 && (
              <span className={styles.uses}>
                <a href={manifestAddress(current)}>Manifest</a>
                <Link to={`/ai-datasets/new?query=${encodeURIComponent(String(current))}`}>AI dataset</Link>
              </span>
            )}
          </div>
          <Chips address={address} />
          {page?.suggestion && (
            <p className={styles.suggestion}>
              Nothing has the words “{words}”. These are the results for{' '}
              <Link to={changed(current, { q: page.suggestion })}>{page.suggestion}</Link>.
            </p>
          )}
          {!loaderData.ok && <ProblemAlert problem={loaderData.problem} />}
          {page?.items.length === 0 && <NothingFound address={current} words={words} />}
          {page && page.items.length > 0 && (
            <>
              {current.get('view') === 'table' ? (
                <ResultTable hits={page.items} showState={showState} />
              ) : (
                <ResultCards hits={page.items} showState={showState} />
              )}
              <Pager next={page.next} />
            </>
          )}
        </section>
      </div>
    </Form>
  )
}

/** Keeps what is being typed; a search from elsewhere (a chip, a suggestion) replaces it. */
function SearchInput({ words }: { words: string }) {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (input.current) input.current.value = words
  }, [words])
  return (
    <TextInput
      ref={input}
      type="search"
      name="q"
      size="md"
      defaultValue={words}
      aria-label="Search the registry"
      placeholder="FDG glioma mouse, species:rat, “day 7” …"
      leftSection={<IconSearch size={18} aria-hidden />}
      className={styles.searchInput}
    />
  )
}

function Views({ current }: { current: URLSearchParams }) {
  const table = current.get('view') === 'table'
  return (
    <nav className={styles.views} aria-label="Show as">
      <Link to={changed(current, { view: null })} aria-label="Pictures" aria-current={table ? undefined : 'true'}>
        <IconLayoutGrid size={17} aria-hidden />
      </Link>
      <Link to={changed(current, { view: 'table' })} aria-label="Table" aria-current={table ? 'true' : undefined}>
        <IconList size={17} aria-hidden />
      </Link>
    </nav>
  )
}

function Chips({ address }: { address: URLSearchParams }) {
  const filters = activeFilters(address)
  if (filters.length === 0) return null
  return (
    <ul className={styles.chips} aria-label="Active filters">
      {filters.map((filter) => (
        <li key={`${filter.name}=${filter.value}`}>
          <Link to={withoutFilter(address, filter)} className={styles.chip} preventScrollReset>
            <span>
              <span className="srOnly">Remove the filter </span>
              {filter.label}: {facetText(filter.label, filter.value)}
            </span>
            <IconX size={14} aria-hidden />
          </Link>
        </li>
      ))}
      <li className={styles.clear}>
        <Link to={withoutFilters(address)}>Clear all</Link>
      </li>
    </ul>
  )
}

function NothingFound({ address, words }: { address: URLSearchParams; words: string }) {
  const filtered = activeFilters(address).length > 0
  return (
    <EmptyState
      py="xl"
      icon={<IconSearch aria-hidden />}
      title={words ? `Nothing found for “${words}”` : 'Nothing found'}
      description={
        filtered
          ? 'No image has all of these properties. Take a filter away, or search without any.'
          : 'Try fewer or more general words: a modality (PET), a species (mouse), an agent (FDG), a disease (glioma).'
      }
    >
      <EmptyState.Actions>
        <Button component={Link} to={filtered ? withoutFilters(address) : '/registry'} variant="default">
          {filtered ? 'Remove the filters' : 'Show everything'}
        </Button>
      </EmptyState.Actions>
    </EmptyState>
  )
}

/** The files of all that is found, as a table. */
function manifestAddress(current: URLSearchParams): string {
  const { type: _type, limit: _limit, sort: _sort, cursor: _cursor, ...conditions } = searchQuery(current, 1)
  return pathWith('/api/v1/search/manifest', { ...conditions, format: 'csv' })
}

/** Facets differ between kinds of things, so only the words and the place to search stay. */
function keepWords(current: URLSearchParams, type: string): string {
  const next = new URLSearchParams({ type })
  for (const name of ['q', 'scope', 'view']) {
    const value = current.get(name)
    if (value) next.set(name, value)
  }
  return `?${next}`
}

/** Address of what a form says, without its empty fields. */
function addressOf(form: HTMLFormElement): string {
  const next = new URLSearchParams()
  for (const [name, value] of new FormData(form)) {
    if (typeof value === 'string' && value !== '' && !(name === 'scope' && value === 'public')) next.append(name, value)
  }
  return `?${next}`
}
