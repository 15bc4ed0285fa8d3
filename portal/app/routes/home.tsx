import { Button, TextInput, Title } from '@mantine/core'
import { IconArrowRight, IconSearch } from '@tabler/icons-react'
import { Form, Link } from 'react-router'
import type { Route } from './+types/home.ts'
import { apiOf } from '../api.server.ts'
import { ResultCards } from '../components/registry/results.tsx'
import type { SearchPage } from '../contract.ts'
import { formatCount, formatModality } from '../format.ts'
import { facetParameter } from '../searchAddress.ts'
import styles from './home.module.css'

export async function loader({ request, context }: Route.LoaderArgs) {
  const api = apiOf({ request, context })
  const [series, datasets] = await Promise.all([
    api.get<SearchPage>('/search', { type: 'series', limit: 1 }),
    api.get<SearchPage>('/search', { type: 'dataset', sort: '-date', limit: 8 }),
  ])
  const facet = (name: string) => series.facets.find((one) => one.name === name)?.values ?? []
  return {
    seriesCount: series.total,
    datasetCount: datasets.total,
    speciesCount: facet('Species').length,
    modalities: facet('Modality'),
    recent: datasets.items,
  }
}

export default function Home({ loaderData }: Route.ComponentProps) {
  const { seriesCount, datasetCount, speciesCount, modalities, recent } = loaderData
  const numbers = [
    { count: datasetCount, label: datasetCount === 1 ? 'dataset' : 'datasets', to: '/registry?type=dataset' },
    { count: seriesCount, label: 'image series', to: '/registry' },
    { count: modalities.length, label: modalities.length === 1 ? 'modality' : 'modalities', to: '/registry' },
    { count: speciesCount, label: 'species', to: '/registry' },
  ]
  return (
    <>
      <title>Vivarchive: open repository for preclinical imaging</title>
      <meta
        name="description"
        content="Preclinical imaging data, open and described: find, view and download images of small animals, with what was done to them."
      />
      <section className={styles.hero}>
        <Title order={1} className={styles.claim}>
          Preclinical images, open and described
        </Title>
        <p className={styles.lead}>
          Search images of small animals from every kind of scanner, see what was done to each animal, look at them
          here, and take the original files with you.
        </p>
        <search>
          <Form action="/registry" className={styles.search}>
            <TextInput
              type="search"
              name="q"
              size="lg"
              aria-label="Search the registry"
              placeholder="FDG glioma mouse"
              leftSection={<IconSearch size={20} aria-hidden />}
              className={styles.input}
            />
            <Button type="submit" size="lg">
              Search
            </Button>
          </Form>
        </search>
        {modalities.length > 0 && (
          <ul className={styles.modalities} aria-label="By modality">
            {modalities.map(({ value, count }) => (
              <li key={value}>
                <Link to={`/registry?${new URLSearchParams({ [facetParameter('Modality')]: value })}`}>
                  {formatModality(value)} <span className="dim">{formatCount(count)}</span>
                </Link>
              </li>
            ))}
          </ul>
        )}
      </section>
      <dl className={styles.numbers}>
        {numbers.map(({ count, label, to }) => (
          <div key={label}>
            <dt>
              <Link to={to}>{label}</Link>
            </dt>
            <dd>{formatCount(count)}</dd>
          </div>
        ))}
      </dl>
      <section>
        <div className={styles.sectionHead}>
          <Title order={2}>Recent datasets</Title>
          <Link to="/registry?type=dataset&sort=-date">
            All datasets <IconArrowRight size={15} aria-hidden />
          </Link>
        </div>
        {recent.length > 0 ? (
          <ResultCards hits={recent} />
        ) : (
          <p className="dim">
            Nothing has been published yet. Members of a project send image series to the registry from its Study
            Manager.
          </p>
        )}
      </section>
    </>
  )
}
