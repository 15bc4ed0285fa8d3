/** Segmentations of the active series: their segments with names, volumes and values, and what can be done to them. */
import { useState } from 'react'
import { ActionIcon, Button, Select, TextInput } from '@mantine/core'
import { IconDownload, IconPlus, IconTrash } from '@tabler/icons-react'
import { StructureInput } from '../annotations/structureInput.tsx'
import styles from '../annotations/annotations.module.css'
import { Section } from '../infoPanel.tsx'
import { formatMeasured, formatValue, formatVolume } from '../numbers.ts'
import type { LayerView } from '../overlayContent.ts'
import { removeIslands } from './islands.ts'
import { fillBetween, smooth, type Edit, type LabelGrid } from './labelEdits.ts'
import { statisticsOfLabels } from './labelStatistics.ts'
import { PaintControls } from './paintControls.tsx'
import type { Open } from './store.ts'
import type { Segmentations } from './useSegmentations.ts'

interface Props {
  segmentations: Segmentations
  layer: LayerView
}

export function SegmentationPanel({ segmentations, layer }: Props) {
  const { store, trouble } = segmentations
  const { header } = layer.pixels
  const own = store.all.filter((one) => one.header.seriesId === header.seriesId)
  const active = own.find((one) => one.key === store.active?.key) ?? null
  return (
    <Section title="Segmentation">
      <div className={styles.pair}>
        <Select
          size="xs"
          aria-label="Segmentation"
          placeholder={own.length === 0 ? 'None yet' : 'Choose one'}
          data={own.map((one) => ({ value: one.key, label: one.label }))}
          value={active?.key ?? null}
          onChange={(key) => (key ? void store.open(key) : store.close())}
        />
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => {
            store.create(header)
            segmentations.paint({ tool: 'brush', low: layer.view.window.low, high: layer.view.window.high })
          }}
        >
          New
        </Button>
      </div>
      {active?.labels === 'loading' && <p role="status">Loading labels…</p>}
      {active?.labels === 'here' && <Work segmentations={segmentations} active={active} layer={layer} />}
      {(trouble ?? store.problem) && <p className={styles.trouble}>{trouble ?? store.problem}</p>}
    </Section>
  )
}

function Work({ segmentations, active, layer }: { segmentations: Segmentations; active: Open; layer: LayerView }) {
  const { store } = segmentations
  const { header } = layer.pixels
  const { t } = layer.view
  const mayChange = header.record === null || header.record.mayEdit || active.audience === 'me'
  const chosen = active.segments.find((one) => one.number === store.segment) ?? null
  const change = (work: (labels: Uint8Array, grid: LabelGrid, edit: Edit) => void) => () => store.edit(t, work)
  return (
    <div className={styles.work}>
      <PaintControls segmentations={segmentations} layer={layer} mayChange={mayChange} />
      <ul className={styles.list} aria-label="Segments">
        {active.segments.map((segment) => (
          <li
            key={segment.number}
            data-segment={segment.number}
            data-chosen={segment.number === store.segment || undefined}
          >
            <button
              type="button"
              className={styles.name}
              aria-pressed={segment.number === store.segment}
              onClick={() => store.choose(segment.number)}
            >
              <strong>
                <span
                  className={styles.dot}
                  style={{ background: segment.colour, display: 'inline-block' }}
                  aria-hidden
                />
                {segment.label}
              </strong>
              <Numbers active={active} number={segment.number} layer={layer} />
            </button>
          </li>
        ))}
      </ul>
      {chosen && mayChange && (
        <div className={styles.details}>
          <Name
            key={`name ${chosen.number}`}
            label="Name of the segment"
            value={chosen.label}
            onChange={(label) => store.setSegment(chosen.number, { label })}
          />
          <StructureInput
            key={`structure ${chosen.number}`}
            value={chosen.structure}
            disabled={false}
            onChange={(structure) => structure && store.setSegment(chosen.number, { structure })}
          />
        </div>
      )}
      <div className={styles.actions} role="group" aria-label="Change the segment">
        <Act label="Add segment" run={() => store.addSegment()} disabled={!mayChange} />
        <Act
          label="Fill between planes"
          run={change((labels, grid, edit) => fillBetween(grid, labels, store.segment, 2, edit))}
          disabled={!mayChange || header.shape.z < 3}
        />
        <Act
          label="Smooth"
          run={change((labels, grid, edit) => smooth(grid, labels, store.segment, edit))}
          disabled={!mayChange}
        />
        <Act
          label="Largest island only"
          run={change((labels, grid, edit) => removeIslands(grid, labels, store.segment, 'largest', edit))}
          disabled={!mayChange}
        />
        {header.shape.t > 1 && (
          <Act label="Copy to all frames" run={() => store.copyToAllTimes(t)} disabled={!mayChange} />
        )}
        <Act label="Undo" run={() => store.undo()} disabled={!store.canUndo} />
        <Act label="Redo" run={() => store.redo()} disabled={!store.canRedo} />
      </div>
      <Name label="Name of the segmentation" value={active.label} onChange={(label) => store.describe({ label })} />
      <div className={styles.actions}>
        {header.record !== null && (
          <Button
            size="xs"
            loading={store.busy}
            disabled={!mayChange || !active.dirty}
            onClick={() => void store.save()}
          >
            Save segmentation
          </Button>
        )}
        <ActionIcon
          variant="subtle"
          color="gray"
          size={30}
          aria-label={`Remove ${active.label}`}
          disabled={!mayChange}
          onClick={() => void store.remove()}
        >
          <IconTrash size={16} aria-hidden />
        </ActionIcon>
      </div>
      {active.kept && !active.dirty && (
        <div className={styles.actions}>
          <FileLink id={active.kept.id} form="nii.gz" label="NIfTI" />
          <FileLink id={active.kept.id} form={`dcm?t=${t}`} label="DICOM SEG" />
        </div>
      )}
      <p className="dim" role="status" data-segmentation-state="">
        {header.record === null
          ? 'Kept until you leave this page.'
          : active.dirty
            ? 'Not saved yet.'
            : active.kept
              ? `Saved${active.kept.author ? `, by ${active.kept.author}` : ''}.`
              : ''}
      </p>
    </div>
  )
}

const FileLink = ({ id, form, label }: { id: string; form: string; label: string }) => (
  <Button
    size="compact-xs"
    variant="subtle"
    color="gray"
    component="a"
    href={`/api/v1/segmentations/${id}/as/${form}`}
    leftSection={<IconDownload size={14} aria-hidden />}
  >
    {label}
  </Button>
)

const Act = ({ label, run, disabled }: { label: string; run: () => void; disabled: boolean }) => (
  <Button size="compact-xs" variant="default" disabled={disabled} onClick={run}>
    {label}
  </Button>
)

function Name({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const [typed, setTyped] = useState<string | null>(null)
  const settle = () => {
    const next = typed?.trim() ?? ''
    if (next !== '' && next !== value) onChange(next.slice(0, 300))
    setTyped(null)
  }
  return (
    <TextInput
      size="xs"
      label={label}
      value={typed ?? value}
      maxLength={300}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={settle}
      onKeyDown={(event) => event.key === 'Enter' && settle()}
    />
  )
}

/** Volume of a segment, and the values in it at the shown time. */
function Numbers({ active, number, layer }: { active: Open; number: number; layer: LayerView }) {
  const { header } = layer.pixels
  const labels = active.volumes[layer.view.t]
  if (!labels) return <span>empty</span>
  const found = statisticsOfLabels(labels, number, header.shape, (index) =>
    layer.pixels.valueAt(index, layer.view.t, layer.view.c),
  )
  if (found.count === 0) return <span>empty</span>
  const voxel = header.spacing && header.spacing[0] * header.spacing[1] * header.spacing[2]
  const size = voxel === null ? `${found.count} voxels` : `${formatVolume(found.count * voxel)}, ${found.count} voxels`
  const rounded = (value: number) => Number(value.toPrecision(4))
  return (
    <>
      <span data-size={found.count}>{size}</span>
      {found.values > 0 && (
        <span>
          mean {formatMeasured(rounded(found.mean), header.unit)}, SD {formatValue(rounded(found.standardDeviation))}
        </span>
      )}
    </>
  )
}
