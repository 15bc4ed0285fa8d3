import { Button, EmptyState, Textarea } from '@mantine/core'
import { IconChecks, IconInbox } from '@tabler/icons-react'
import { Form, Link, data, useSearchParams } from 'react-router'
import type { Route } from './+types/submissions.ts'
import { apiOf } from '../api.server.ts'
import { Confirm } from '../components/confirm.tsx'
import { FormProblem } from '../components/field.tsx'
import { LinkTabs } from '../components/linkTabs.tsx'
import { ModalityBadge } from '../components/modalityBadge.tsx'
import { PageHeader } from '../components/pageHeader.tsx'
import { Pager } from '../components/pager.tsx'
import { StateBadge } from '../components/stateBadge.tsx'
import { Thumbnail, seriesThumbnail } from '../components/thumbnail.tsx'
import { Time } from '../components/time.tsx'
import type { DatasetSummary, Page } from '../contract.ts'
import { counted, formatBytes } from '../format.ts'
import styles from './submissions.module.css'

const queues = [
  {
    state: 'submitted',
    label: 'To review',
    empty: 'Nothing waits for a review',
    hint: 'When a project sends image series to the registry and may not publish by itself, they appear here.',
  },
  {
    state: 'published',
    label: 'Published',
    empty: 'Nothing is published yet',
    hint: 'What is published stands here, newest first, and can be withdrawn.',
  },
  {
    state: 'withdrawn',
    label: 'Withdrawn',
    empty: 'Nothing was withdrawn',
    hint: 'A dataset that is withdrawn keeps its page with the reason; its images are no longer public.',
  },
]

export async function loader({ request, context }: Route.LoaderArgs) {
  const address = new URL(request.url).searchParams
  const state = queues.find((queue) => queue.state === address.get('state'))?.state ?? 'submitted'
  return apiOf({ request, context }).get<Page<DatasetSummary>>('/datasets', {
    state,
    cursor: address.get('cursor'),
    limit: 25,
  })
}

/** What a curator may do with a dataset; names of the API's paths. */
const deeds = ['publish', 'return', 'withdraw']

export async function action({ request, context }: Route.ActionArgs) {
  const form = await request.formData()
  const id = String(form.get('id') ?? '')
  const deed = String(form.get('deed') ?? '')
  if (!deeds.includes(deed)) throw data(null, { status: 400 })
  const body = deed === 'publish' ? undefined : { reason: String(form.get('reason') ?? '').trim() }
  const path = `/datasets/${encodeURIComponent(id)}/${deed}`
  const sent = await apiOf({ request, context }).send<DatasetSummary>('POST', path, body)
  if (!sent.ok) return data({ id, problem: sent.problem, done: null }, { status: sent.problem.status })
  return data({ id, problem: null, done: { deed, title: sent.value.title } })
}

const doneText: Record<string, string> = {
  publish: 'is public now',
  return: 'was sent back',
  withdraw: 'was withdrawn',
}

export default function Submissions({ loaderData, actionData }: Route.ComponentProps) {
  const [address] = useSearchParams()
  const shown = queues.find(({ state }) => state === address.get('state')) ?? queues[0]!
  return (
    <>
      <title>Submissions · Vivarchive</title>
      <PageHeader title="Submissions" meta="Datasets that projects sent to the public registry." />
      <LinkTabs
        label="Queue"
        tabs={queues.map((queue) => ({
          to: `?state=${queue.state}`,
          label: queue.label,
          current: queue === shown,
        }))}
      />
      <output className={styles.done}>
        {actionData?.done && (
          <>
            <IconChecks size={17} aria-hidden /> <Link to={`/datasets/${actionData.id}`}>{actionData.done.title}</Link>{' '}
            {doneText[actionData.done.deed]}.
          </>
        )}
      </output>
      {loaderData.items.length === 0 ? (
        <EmptyState py="xl" icon={<IconInbox aria-hidden />} title={shown.empty} description={shown.hint} />
      ) : (
        <ul className={styles.list}>
          {loaderData.items.map((dataset) => (
            <Submission
              key={dataset.id}
              dataset={dataset}
              problem={actionData?.id === dataset.id ? actionData.problem : null}
            />
          ))}
        </ul>
      )}
      <Pager next={loaderData.next} />
    </>
  )
}

function Submission({
  dataset,
  problem,
}: {
  dataset: DatasetSummary
  problem: Parameters<typeof FormProblem>[0]['problem']
}) {
  const contents = `${counted(dataset.seriesCount, 'image series', 'image series')}, ${counted(dataset.fileCount, 'file')}, ${formatBytes(dataset.byteCount)}`
  return (
    <li className={styles.item}>
      <Thumbnail
        src={dataset.coverSeriesIds[0] ? seriesThumbnail(dataset.coverSeriesIds[0]) : null}
        modality={dataset.modalities[0]}
        size={104}
      />
      <div className={styles.text}>
        <h2>
          <Link to={`/datasets/${dataset.id}`}>{dataset.title}</Link>
        </h2>
        <p className="dim">{[dataset.projectTitle, dataset.studyTitle].filter(Boolean).join(' › ')}</p>
        <p>
          {dataset.creators.map(({ name }) => name).join(', ') || 'No creator named'}. {contents}.
        </p>
        <div className={styles.meta}>
          <StateBadge state={dataset.state} />
          {dataset.modalities.map((code) => (
            <ModalityBadge key={code} code={code} />
          ))}
          <span className="dim">
            Changed <Time at={dataset.updatedAt} />
          </span>
        </div>
        {dataset.reason && <p>Reason: {dataset.reason}</p>}
        <FormProblem problem={problem} fields={[]} />
        <div className={styles.actions}>
          <Button component={Link} to={`/datasets/${dataset.id}`} variant="default" size="xs">
            {dataset.state === 'submitted' ? 'Open the preview' : 'Open the page'}
          </Button>
          {dataset.state === 'submitted' && (
            <>
              <Form method="post">
                <input type="hidden" name="id" value={dataset.id} />
                <input type="hidden" name="deed" value="publish" />
                <Confirm label="Publish" about={dataset.title} action="Publish" danger={false}>
                  <p>
                    Makes {contents} public as version {dataset.versionNumber + 1}
                    {dataset.licence && ` under ${dataset.licence}`}. Everybody can then see, search and download them.
                  </p>
                </Confirm>
              </Form>
              <ReasonForm
                dataset={dataset}
                deed="return"
                label="Send back"
                text="The project sees your reason and can correct and send again."
              />
            </>
          )}
          {dataset.state === 'published' && (
            <ReasonForm
              dataset={dataset}
              deed="withdraw"
              label="Withdraw"
              text={`Takes ${contents} away from the public. The page stays, with the description and your reason. A withdrawn dataset cannot be published again.`}
            />
          )}
        </div>
      </div>
    </li>
  )
}

function ReasonForm({
  dataset,
  deed,
  label,
  text,
}: {
  dataset: DatasetSummary
  deed: 'return' | 'withdraw'
  label: string
  text: string
}) {
  return (
    <Form method="post">
      <input type="hidden" name="id" value={dataset.id} />
      <input type="hidden" name="deed" value={deed} />
      <Confirm label={label} about={dataset.title} action={label} danger={deed === 'withdraw'}>
        <p>{text}</p>
        <Textarea name="reason" label="Reason" required withAsterisk={false} autosize minRows={3} maxLength={2000} />
      </Confirm>
    </Form>
  )
}
