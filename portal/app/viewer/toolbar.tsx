import type { ReactNode } from 'react'
import { ActionIcon, Tooltip } from '@mantine/core'
import {
  IconAngle,
  IconArrowBackUp,
  IconArrowForwardUp,
  IconArrowUpRight,
  IconArrowsMove,
  IconBrush,
  IconCamera,
  IconRulerMeasure2,
  IconColorPicker,
  IconColumns2,
  IconColumns3,
  IconContrast2,
  IconCrosshair,
  IconCube,
  IconFocus2,
  IconGridDots,
  IconKeyboard,
  IconLasso,
  IconLayersIntersect,
  IconLayout2,
  IconLayoutGrid,
  IconLink,
  IconListDetails,
  IconMaximize,
  IconOvalVertical,
  IconPolygon,
  IconRectangle,
  IconRestore,
  IconRulerMeasure,
  IconSphere,
  IconSquare,
  IconZoomIn,
  type Icon,
} from '@tabler/icons-react'
import { planeNames } from './geometry.ts'
import { keyOf, type Command } from './keyboard.ts'
import type { Arrangement, Layout, Tool } from './viewState.ts'
import styles from './viewer.module.css'

const tools: { tool: Tool; label: string; command: Command; Icon: Icon }[] = [
  { tool: 'window', label: 'Window: brightness and contrast', command: 'toolWindow', Icon: IconContrast2 },
  { tool: 'crosshair', label: 'Crosshair', command: 'toolCrosshair', Icon: IconFocus2 },
  { tool: 'pan', label: 'Move', command: 'toolPan', Icon: IconArrowsMove },
  { tool: 'zoom', label: 'Zoom', command: 'toolZoom', Icon: IconZoomIn },
]
const measuring: typeof tools = [
  { tool: 'length', label: 'Measure a length', command: 'draw length', Icon: IconRulerMeasure },
  { tool: 'angle', label: 'Measure an angle', command: 'draw angle', Icon: IconAngle },
  { tool: 'bidirectional', label: 'Measure two diameters', command: 'draw bidirectional', Icon: IconRulerMeasure2 },
  { tool: 'ellipse', label: 'Measure in an ellipse', command: 'draw ellipse', Icon: IconOvalVertical },
  { tool: 'rectangle', label: 'Measure in a rectangle', command: 'draw rectangle', Icon: IconRectangle },
  { tool: 'polygon', label: 'Measure in a polygon', command: 'draw polygon', Icon: IconPolygon },
  { tool: 'freehand', label: 'Measure in an outline', command: 'draw freehand', Icon: IconLasso },
  { tool: 'sphere', label: 'Measure in a sphere', command: 'draw sphere', Icon: IconSphere },
  { tool: 'probe', label: 'Measure a point', command: 'draw probe', Icon: IconColorPicker },
  { tool: 'arrow', label: 'Arrow with words', command: 'draw arrow', Icon: IconArrowUpRight },
]

export interface ToolbarProps {
  tool: Tool
  layout: Layout
  plane: (typeof planeNames)[number]
  arrangement: Arrangement
  together: boolean
  crosshair: boolean
  smooth: boolean
  /** Whether the active series can be shown in three planes. */
  volume: boolean
  canFuse: boolean
  several: boolean
  segmenting: boolean
  canUndo: boolean
  canRedo: boolean
  run: (command: Command) => void
}

export function Toolbar(props: ToolbarProps) {
  const { tool, layout, plane, arrangement, together, crosshair, smooth, volume, canFuse } = props
  const { several, segmenting, canUndo, canRedo, run } = props
  return (
    <div className={styles.toolbar} role="toolbar" aria-label="Viewer tools">
      <Group label="Main button">
        {tools.map((one) => (
          <Tooled key={one.tool} {...one} pressed={tool === one.tool} run={run} />
        ))}
      </Group>
      <Group label="Measure">
        {measuring.map((one) => (
          <Tooled key={one.tool} {...one} pressed={tool === one.tool} run={run} />
        ))}
        <Tooled label="Segmentation" command="segment" Icon={IconBrush} pressed={segmenting} run={run} />
        <Tooled label="Undo" command="undo" Icon={IconArrowBackUp} run={run} disabled={!canUndo} />
        <Tooled label="Redo" command="redo" Icon={IconArrowForwardUp} run={run} disabled={!canRedo} />
      </Group>
      {volume && (
        <Group label="Layout">
          <Tooled label="One plane" command="single" Icon={IconSquare} pressed={layout === 'single'} run={run} />
          <Tooled label="Three planes" command="mpr" Icon={IconLayoutGrid} pressed={layout === 'mpr'} run={run} />
          <Tooled
            label="Three planes and the body in space"
            command="four"
            Icon={IconLayout2}
            pressed={layout === 'four'}
            run={run}
          />
          <Tooled label="The body in space" command="volume" Icon={IconCube} pressed={layout === 'volume'} run={run} />
          {layout === 'single' &&
            planeNames.map((name) => (
              <Tip key={name} label={`${name[0]!.toUpperCase()}${name.slice(1)} plane`} command={name}>
                <button
                  type="button"
                  className={styles.letter}
                  aria-pressed={plane === name}
                  aria-label={`${name} plane`}
                  onClick={() => run(name)}
                >
                  {name[0]!.toUpperCase()}
                </button>
              </Tip>
            ))}
        </Group>
      )}
      {several && (
        <Group label="Several series">
          <Tooled label="Side by side" command="side" Icon={IconColumns2} pressed={arrangement === 'side'} run={run} />
          {canFuse && (
            <Tooled
              label="Fusion"
              command="fusion"
              Icon={IconLayersIntersect}
              pressed={arrangement === 'fusion'}
              run={run}
            />
          )}
          {canFuse && (
            <Tooled
              label="Layers beside their fusion"
              command="parts"
              Icon={IconColumns3}
              pressed={arrangement === 'parts'}
              run={run}
            />
          )}
          <Tooled
            label="One crosshair for all series"
            command="together"
            Icon={IconLink}
            pressed={together}
            run={run}
          />
        </Group>
      )}
      <Group label="View">
        <Tooled label="Whole picture" command="fit" Icon={IconMaximize} run={run} />
        <Tooled label="First window again" command="resetWindow" Icon={IconRestore} run={run} />
        <Tooled label="Crosshair lines" command="crosshair" Icon={IconCrosshair} pressed={crosshair} run={run} />
        <Tooled label="Show pixels as they are" command="smooth" Icon={IconGridDots} pressed={!smooth} run={run} />
      </Group>
      <Group label="Page">
        <Tooled label="Save a picture" command="screenshot" Icon={IconCamera} run={run} />
        <Tooled label="Header of the files" command="header" Icon={IconListDetails} run={run} />
        <Tooled label="Mouse and keys" command="help" Icon={IconKeyboard} run={run} />
      </Group>
    </div>
  )
}

const Group = ({ label, children }: { label: string; children: ReactNode }) => (
  <div className={styles.group} role="group" aria-label={label}>
    {children}
  </div>
)

const Tip = ({ label, command, children }: { label: string; command: Command; children: ReactNode }) => (
  <Tooltip label={`${label} (${keyOf(command)})`}>{children}</Tooltip>
)

interface ButtonProps {
  label: string
  command: Command
  Icon: Icon
  /** Left out for buttons that do something once. */
  pressed?: boolean
  disabled?: boolean
  run: (command: Command) => void
}

function Tooled({ label, command, Icon, pressed, disabled = false, run }: ButtonProps) {
  return (
    <Tip label={label} command={command}>
      <ActionIcon
        variant={pressed ? 'filled' : 'subtle'}
        color={pressed ? undefined : 'gray'}
        size={36}
        aria-label={label}
        aria-pressed={pressed}
        disabled={disabled}
        onClick={() => run(command)}
      >
        <Icon size={19} stroke={1.6} aria-hidden />
      </ActionIcon>
    </Tip>
  )
}
