import { Button } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import type { Facet, SearchPage } from '../../contract.ts'
import { formatCount, formatModality, formatUnit } from '../../format.ts'
import { facetParameter } from '../../searchAddress.ts'
import { FacetSearch } from './facetSearch.tsx'
import styles from './registry.module.css'

/** Values of a facet, facets, and facets with their values, that are shown without asking for more. */
const valuesShown = 7
const facetsShown = 11
const facetsOpen = 6

interface Props {
  facets: Facet[]
  ranges: SearchPage['ranges']
  address: URLSearchParams
  signedIn: boolean
  /** Called after each change, to search at once. */
  onChange: (form: HTMLFormElement | null) => void
}

/** Facets and ranges: a column on wide screens, a drawer on narrow ones. Without script a button applies them. */
export function Filters({ facets, ranges, address, signedIn, onChange }: Props) {
  const first = facets.filter(({ name }, place) => place < facetsShown || address.has(facetParameter(name)))
  const rest = facets.filter((facet) => !first.includes(facet))
  return (
    <section id="filters" popover="auto" className={styles.filters} aria-label="Filters">
      <div className={styles.drawerHead}>
        <h2>Filters</h2>
        <button type="button" popoverTarget="filters" popoverTargetAction="hide" aria-label="Close the filters">
          <IconX size={20} aria-hidden />
        </button>
      </div>
      {signedIn && (
        <fieldset className={styles.facet}>
          <legend>Search in</legend>
          {[
            ['public', 'Public registry'],
            ['mine', 'All that I may see'],
          ].map(([value, label]) => (
            <label key={value} className={styles.option}>
              <input
                type="radio"
                name="scope"
                value={value}
                checked={(address.get('scope') ?? 'public') === value}
                onChange={(event) => onChange(event.currentTarget.form)}
              />
              <span>{label}</span>
            </label>
          ))}
        </fieldset>
      )}
      {first
        .filter(({ name }) => name === 'Creator')
        .map((facet) => (
          <FacetField key={facet.name} facet={facet} address={address} open onChange={onChange} />
        ))}
      <Dates address={address} onChange={onChange} />
      {first
        .filter(({ name }) => name !== 'Creator')
        .map((facet, place) => (
          <FacetField
            key={facet.name}
            facet={facet}
            address={address}
            open={place < facetsOpen && facet.values.length > 1}
            onChange={onChange}
          />
        ))}
      {rest.length > 0 && (
        <details className={styles.moreFacets}>
          <summary>{rest.length} more filters</summary>
          {rest.map((facet) => (
            <FacetField key={facet.name} facet={facet} address={address} open={false} onChange={onChange} />
          ))}
        </details>
      )}
      {(address.get('type') ?? 'series') === 'series' && (
        <Ranges ranges={ranges} address={address} onChange={onChange} />
      )}
      <Button type="submit" className={styles.apply} fullWidth>
        Show the results
      </Button>
    </section>
  )
}

function Dates({ address, onChange }: Pick<Props, 'address' | 'onChange'>) {
  return (
    <fieldset className={styles.facet}>
      <legend>Acquired or published</legend>
      <div className={styles.dates}>
        {(['from', 'to'] as const).map((name) => (
          <label key={name}>
            <span>{name === 'from' ? 'From' : 'Until'}</span>
            <input
              key={address.get(name)}
              type="date"
              name={name}
              defaultValue={address.get(name) ?? ''}
              onBlur={(event) => {
                if (event.currentTarget.value !== (address.get(name) ?? '')) onChange(event.currentTarget.form)
              }}
            />
          </label>
        ))}
      </div>
    </fieldset>
  )
}

/** Numbers from and to, both included; what is left empty does not narrow. */
function Ranges({ ranges, address, onChange }: Pick<Props, 'ranges' | 'address' | 'onChange'>) {
  if (ranges.length === 0) return null
  const used = ranges.some(({ name }) => address.has(`min.${name}`) || address.has(`max.${name}`))
  return (
    <details className={styles.facetGroup} open={used}>
      <summary>Numbers</summary>
      {ranges.map(({ name, title, unit }) => (
        <fieldset key={name} className={styles.range}>
          <legend>
            {title} <span className="dim">{formatUnit(unit)}</span>
          </legend>
          {(['min', 'max'] as const).map((end) => {
            const field = `${end}.${name}`
            return (
              <input
                key={`${field}=${address.get(field)}`}
                type="number"
                step="any"
                name={field}
                aria-label={`${title} ${end === 'min' ? 'from' : 'to'}, ${formatUnit(unit)}`}
                placeholder={end === 'min' ? 'from' : 'to'}
                defaultValue={address.get(field) ?? ''}
                onBlur={(event) => {
                  if (event.currentTarget.value !== (address.get(field) ?? '')) onChange(event.currentTarget.form)
                }}
              />
            )
          })}
        </fieldset>
      ))}
    </details>
  )
}

function FacetField({
  facet,
  address,
  open,
  onChange,
}: { facet: Facet; open: boolean } & Pick<Props, 'address' | 'onChange'>) {
  const name = facetParameter(facet.name)
  const chosen = address.getAll(name)
  const gone = chosen.filter((value) => !facet.values.some((one) => one.value === value))
  const values = [...facet.values, ...gone.map((value) => ({ value, count: 0 }))]
  if (values.length === 0) return null
  const many = facet.size > valuesShown
  const first = values.filter((one, place) => place < valuesShown || chosen.includes(one.value))
  const rest = values.filter((one) => !first.includes(one))

  const option = ({ value, count }: { value: string; count: number }) => (
    <label key={value} className={styles.option}>
      <input
        type="checkbox"
        name={name}
        value={value}
        checked={chosen.includes(value)}
        onChange={(event) => onChange(event.currentTarget.form)}
      />
      <span>{facetText(facet.name, value)}</span>
      <span className="dim">{formatCount(count)}</span>
    </label>
  )
  return (
    <details className={styles.facetGroup} open={open || chosen.length > 0}>
      <summary>{facet.name}</summary>
      <fieldset className={styles.facet} aria-label={facet.name}>
        {first.map(option)}
        {rest.length > 0 && (
          <details>
            <summary>{facet.size - first.length} more</summary>
            {many && <FacetSearch facet={facet.name} address={address} option={option} />}
            {rest.map(option)}
          </details>
        )}
      </fieldset>
    </details>
  )
}

/** Words for a facet's value; modalities and sexes are codes. */
export function facetText(facet: string, value: string): string {
  if (facet === 'Modality') return formatModality(value)
  if (facet === 'Sex') return sexes[value] ?? value
  return value
}

const sexes: Record<string, string> = { F: 'Female', M: 'Male', other: 'Other', unknown: 'Unknown' }
