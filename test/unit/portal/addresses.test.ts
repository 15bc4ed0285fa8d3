import { assert, constantFrom, array, property, string, webUrl } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fieldErrors, pathWith } from '../../../portal/app/http.ts'
import { sameSitePath } from '../../../portal/app/sameSite.ts'
import {
  activeFilters,
  changed,
  searchQuery,
  withoutFilter,
  withoutFilters,
} from '../../../portal/app/searchAddress.ts'

const staysHere = (wanted: string) => {
  expect(new URL(sameSitePath(wanted), 'http://here.test').origin).toBe('http://here.test')
}

describe('where to go after signing in', () => {
  it('keeps paths of this site', () => {
    expect(sameSitePath('/studies/01ABC?tab=files#x')).toBe('/studies/01ABC?tab=files#x')
    expect(sameSitePath('/')).toBe('/')
  })

  it.each([
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/\n//evil.example',
    'https://evil.example/',
    'javascript:alert(1)',
    '/./\\/evil.example',
    '/..//evil.example',
    '',
    null,
  ])('refuses %j', (wanted) => {
    const path = sameSitePath(wanted)
    expect(new URL(path, 'http://here.test').origin).toBe('http://here.test')
    expect(path.startsWith('//')).toBe(false)
  })

  it('never leads to another site, whatever is given', () => {
    const tricky = array(constantFrom('/', '\\', '\t', '\n', '.', '@', ':', 'e', '%2f', '?', '#'), { maxLength: 12 })
    assert(property(string(), staysHere))
    assert(property(webUrl(), staysHere))
    assert(property(tricky, (parts) => staysHere(`/${parts.join('')}`)))
  })
})

describe('the registry’s address', () => {
  const address = new URLSearchParams(
    'q=fdg&facet.Modality=PT&facet.Modality=CT&from=2025-01-01&cursor=x&view=table&utm=1',
  )

  it('becomes the query of the API', () => {
    expect(searchQuery(address, 24)).toEqual({
      type: 'series',
      limit: 24,
      q: 'fdg',
      'facet.Modality': ['PT', 'CT'],
      from: '2025-01-01',
      cursor: 'x',
    })
  })

  it('lists its filters and can lose each of them', () => {
    const filters = activeFilters(address)
    expect(filters.map(({ label, value }) => `${label}=${value}`)).toEqual([
      'Modality=PT',
      'Modality=CT',
      'From=2025-01-01',
    ])
    const less = new URLSearchParams(withoutFilter(address, filters[0]!))
    expect(less.getAll('facet.Modality')).toEqual(['CT'])
    expect(less.has('cursor')).toBe(false)
    expect(activeFilters(new URLSearchParams(withoutFilters(address)))).toEqual([])
    expect(new URLSearchParams(withoutFilters(address)).get('q')).toBe('fdg')
  })

  it('starts at the first page after a change', () => {
    const next = new URLSearchParams(changed(address, { view: null, q: 'mri' }))
    expect(next.get('q')).toBe('mri')
    expect(next.has('view')).toBe(false)
    expect(next.has('cursor')).toBe(false)
  })
})

describe('what the doors to the API share', () => {
  it('repeats lists and leaves empty values out', () => {
    expect(pathWith('/search', { q: 'a b', limit: 1, none: null, empty: '', facet: ['x', 'y&z'] })).toBe(
      '/search?q=a+b&limit=1&facet=x&facet=y%26z',
    )
    expect(pathWith('/search', {})).toBe('/search')
  })

  it('puts the messages of a problem beside their fields', () => {
    const errors = [
      { pointer: '/animal/sex', message: 'first' },
      { pointer: '/animal/sex', message: 'second' },
      { pointer: '/a~1b/m~0n', message: 'escaped' },
      { pointer: '', message: 'general' },
    ]
    expect(fieldErrors({ title: '', status: 422, code: 'invalid', errors })).toEqual({
      'animal.sex': 'first',
      'a/b.m~n': 'escaped',
      '': 'general',
    })
    expect(fieldErrors(null)).toEqual({})
  })
})
