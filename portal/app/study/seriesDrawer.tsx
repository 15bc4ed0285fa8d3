import { Button, Drawer, Group, Stack, Tabs, Title } from '@mantine/core'
import { IconDownload, IconEye } from '@tabler/icons-react'
import { Suspense, lazy, useEffect, useState } from 'react'
import { Link } from 'react-router'
import type { ImageSeries } from '#ontology/entities/series.ts'
import { ProblemError, get } from '../api.ts'
import { ProblemAlert } from '../components/problem.tsx'
import { useReturnFocus } from '../components/returnFocus.ts'
import { seriesAnimation } from '../components/animationAddress.ts'
import { Thumbnail, seriesThumbnail } from '../components/thumbnail.tsx'
import type { Problem } from '../contract.ts'
import type { SavedRecord } from '../forms/recordForm.tsx'
import { FileList } from './fileList.tsx'
import { HistoryList } from '../curation/historyList.tsx'
import styles from './study.module.css'

const RecordForm = lazy(() =>
  import('../forms/recordForm.tsx').then(({ RecordForm: component }) => ({ default: component })),
)
const Tags = lazy(() => import('../viewer/headerPanel.tsx').then(({ Tags: component }) => ({ default: component })))

interface Props {
  /** Null: closed. */
  seriesId: string | null
  projectId: string
  mayEdit: boolean
  onChanged: () => void
  onClose: () => void
}

/** Panel beside the table: everything about one series. */
export function SeriesDrawer({ seriesId, onClose, ...rest }: Props) {
  useReturnFocus(seriesId !== null)
  return (
    <Drawer opened={seriesId !== null} onClose={onClose} position="right" size="xl" title="Image series">
      {seriesId !== null && <SeriesPanel key={seriesId} seriesId={seriesId} {...rest} />}
    </Drawer>
  )
}

type PanelProps = Omit<Props, 'seriesId' | 'onClose'> & { seriesId: string }

function SeriesPanel({ seriesId, projectId, mayEdit, onChanged }: PanelProps) {
  const [record, setRecord] = useState<SavedRecord | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  useEffect(() => {
    const leaving = new AbortController()
    get<SavedRecord>(`/series/${seriesId}`, undefined, leaving.signal).then(setRecord, (error: unknown) => {
      if (error instanceof ProblemError) setProblem(error.problem)
    })
    return () => leaving.abort()
  }, [seriesId])
  if (problem) return <ProblemAlert problem={problem} />
  if (!record) return <p>Reading the series</p>
  return (
    <>
      <Group align="flex-start" mb="md" wrap="nowrap">
        <Thumbnail
          src={record.pixels === 'ready' ? seriesThumbnail(seriesId) : null}
          animation={seriesAnimation({ id: seriesId, image: record.image as ImageSeries['image'] })}
          playable
          modality={record.modality as string | undefined}
          size={112}
        />
        <Stack gap="xs">
          <Title order={2}>{String(record.label)}</Title>
          <Group gap="xs">
            <Button component={Link} to={`/view?series=${seriesId}`} leftSection={<IconEye size={16} aria-hidden />}>
              Open in the viewer
            </Button>
            <Button
              component="a"
              href={`/api/v1/series/${seriesId}/archive.zip`}
              variant="default"
              leftSection={<IconDownload size={16} aria-hidden />}
            >
              Download
            </Button>
          </Group>
        </Stack>
      </Group>
      <Tabs defaultValue="record" keepMounted={false}>
        <Tabs.List mb="sm">
          <Tabs.Tab value="record">Record</Tabs.Tab>
          <Tabs.Tab value="files">Files</Tabs.Tab>
          <Tabs.Tab value="header">Header</Tabs.Tab>
          <Tabs.Tab value="history">History</Tabs.Tab>
        </Tabs.List>
        <Suspense fallback={<p>Loading</p>}>
          <Tabs.Panel value="record">
            <fieldset disabled={!mayEdit} className={styles.bare}>
              <RecordForm
                entity="ImageSeries"
                record={record}
                projectId={projectId}
                onSaved={(saved) => {
                  setRecord(saved)
                  onChanged()
                }}
              />
            </fieldset>
          </Tabs.Panel>
          <Tabs.Panel value="files">
            <FileList of={{ seriesId }} />
          </Tabs.Panel>
          <Tabs.Panel value="header">
            <Tags seriesId={seriesId} />
          </Tabs.Panel>
          <Tabs.Panel value="history">
            <HistoryList plural="series" id={seriesId} />
          </Tabs.Panel>
        </Suspense>
      </Tabs>
    </>
  )
}
