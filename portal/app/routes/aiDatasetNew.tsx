import { Button, Checkbox, NativeSelect, NumberInput, TextInput } from '@mantine/core'
import { IconStack2 } from '@tabler/icons-react'
import { Form, data, redirect, useNavigation } from 'react-router'
import type { Route } from './+types/aiDatasetNew.ts'
import { apiOf, signInPath } from '../api.server.ts'
import styles from '../aiDatasets/aiDatasets.module.css'
import { groupings, parts, type AiDataset, type Part } from '../aiDatasets/contract.ts'
import { FormProblem, errorOf } from '../components/field.tsx'
import { PageHeader } from '../components/pageHeader.tsx'
import type { SearchPage } from '../contract.ts'
import { counted } from '../format.ts'
import { searchQuery } from '../searchAddress.ts'

const usual: Record<Part, number> = { train: 70, validation: 15, test: 15 }

export async function loader({ request, context }: Route.LoaderArgs) {
  const api = apiOf({ request, context })
  const { user } = await api.get<{ user: unknown }>('/me')
  if (!user) throw redirect(signInPath(request))
  const query = new URL(request.url).searchParams.get('query') ?? ''
  const address = new URLSearchParams(query)
  address.delete('type')
  const found = await api.attempt<SearchPage>('/search', searchQuery(address, 1))
  const facets = found.ok ? found.value.facets.filter(({ size }) => size > 1).map(({ name }) => name) : []
  return {
    query: storedQuery(address),
    total: found.ok ? found.value.total : 0,
    facets,
    problem: found.ok ? null : found.problem,
  }
}

/** The address of the registry in the words of the API. */
function storedQuery(address: URLSearchParams): string {
  const stored = new URLSearchParams()
  for (const [name, value] of Object.entries(searchQuery(address, 1))) {
    if (['type', 'limit', 'sort', 'cursor'].includes(name)) continue
    for (const one of [value].flat()) stored.append(name, String(one))
  }
  return stored.toString()
}

export async function action({ request, context }: Route.ActionArgs) {
  const form = await request.formData()
  const text = (name: string) => String(form.get(name) ?? '').trim()
  const spacing = Number(text('spacing'))
  const nifti = text('format') === 'nifti'
  const body = {
    title: text('title'),
    query: text('query'),
    format: nifti ? 'nifti' : 'original',
    ...(nifti && text('spacing') !== '' && { spacing: [spacing, spacing, spacing] }),
    ...(text('labelFacet') !== '' && { labelFacet: text('labelFacet') }),
    split: {
      groupBy: form.getAll('groupBy').map(String),
      shares: Object.fromEntries(parts.map((name) => [name, Number(text(name)) / 100])),
      seed: Number(text('seed')),
    },
  }
  const sent = await apiOf({ request, context }).send<AiDataset>('POST', '/ai-datasets', body)
  if (!sent.ok) return data({ problem: sent.problem }, { status: sent.problem.status })
  return redirect(`/ai-datasets/${sent.value.id}`)
}

export default function NewAiDataset({ loaderData, actionData }: Route.ComponentProps) {
  const { query, total, facets } = loaderData
  const busy = useNavigation().state === 'submitting'
  const problem = actionData?.problem ?? loaderData.problem
  return (
    <>
      <title>AI dataset · Vivarchive</title>
      <PageHeader
        crumbs={[{ label: 'Registry', to: '/registry' }]}
        title="Make an AI dataset"
        meta={`${counted(total, 'image series', 'image series')} found by ${query === '' ? 'the whole registry' : query}`}
      />
      <Form method="post" className={styles.form}>
        <input type="hidden" name="query" value={query} />
        <FormProblem problem={problem} fields={['title', 'spacing', 'labelFacet']} />
        <TextInput
          name="title"
          label="Title"
          required
          withAsterisk={false}
          maxLength={300}
          error={errorOf(problem, 'title')}
        />
        <fieldset>
          <legend>Files</legend>
          <div className={styles.row}>
            <NativeSelect
              name="format"
              label="Format"
              data={[
                { value: 'original', label: 'Original files' },
                { value: 'nifti', label: 'NIfTI (.nii.gz)' },
              ]}
            />
            <NumberInput
              name="spacing"
              label="Resample NIfTI to"
              placeholder="keep the voxels"
              suffix=" mm"
              min={0.01}
              max={100}
              error={errorOf(problem, 'spacing')}
            />
            <NativeSelect
              name="labelFacet"
              label="Label"
              data={[{ value: '', label: 'None' }, ...facets.map((name) => ({ value: name, label: name }))]}
              error={errorOf(problem, 'labelFacet')}
            />
          </div>
        </fieldset>
        <fieldset>
          <legend>Parts</legend>
          <div className={styles.row}>
            {parts.map((name) => (
              <NumberInput
                key={name}
                name={name}
                label={`${name[0]!.toUpperCase()}${name.slice(1)}`}
                suffix=" %"
                min={0}
                max={100}
                defaultValue={usual[name]}
              />
            ))}
            <NumberInput name="seed" label="Seed" min={0} max={2147483647} defaultValue={1} />
          </div>
          <div className={styles.checks}>
            <Checkbox label="Animal, scan and equal files (always)" checked disabled readOnly />
            {groupings.map(({ value, label }) => (
              <Checkbox key={value} name="groupBy" value={value} label={label} defaultChecked={value === 'bed'} />
            ))}
          </div>
          <p className="dim">
            What is ticked stays together in one part, so that nothing that was trained on is tested.
          </p>
        </fieldset>
        <Button
          type="submit"
          loading={busy}
          disabled={total === 0}
          leftSection={<IconStack2 size={16} aria-hidden />}
          style={{ justifySelf: 'start' }}
        >
          Freeze {counted(total, 'image series', 'image series')}
        </Button>
      </Form>
    </>
  )
}
