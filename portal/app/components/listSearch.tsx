import { Button, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Form, Link, useSearchParams } from 'react-router'
import { listParameters } from './listAddress.ts'
import styles from './listSearch.module.css'

interface Props {
  /** What is looked for where: "Name or e-mail". */
  label: string
  /** Name of the list in the address, when the page has several. */
  list?: string
  /** More fields, with their names. */
  children?: ReactNode
  /** Names of the fields among the children. */
  fields?: readonly string[]
}

/** Search and filters of a list; a plain form, so that the address holds them and it works without script. */
export function ListSearch({ label, list, children, fields = [] }: Props) {
  const [address] = useSearchParams()
  const { q, cursor } = listParameters(list)
  const own = [q, ...fields]
  const kept = [...address].filter(([name]) => !own.includes(name) && name !== cursor)
  const isSearched = own.some((name) => address.get(name))
  return (
    <search aria-label={label}>
      <Form className={styles.search} preventScrollReset>
        <TextInput
          key={address.get(q)}
          className={styles.text}
          type="search"
          name={q}
          aria-label={label}
          placeholder={label}
          defaultValue={address.get(q) ?? ''}
          leftSection={<IconSearch size={16} aria-hidden />}
        />
        {children}
        {kept.map(([name, value]) => (
          <input key={`${name} ${value}`} type="hidden" name={name} value={value} />
        ))}
        <Button type="submit" variant="default">
          Find
        </Button>
        {isSearched && (
          <Button component={Link} to={`?${new URLSearchParams(kept)}`} variant="subtle" preventScrollReset>
            Clear
          </Button>
        )}
      </Form>
    </search>
  )
}
