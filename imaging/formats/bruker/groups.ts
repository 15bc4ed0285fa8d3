import { table } from '../../table.ts'
import type { Parameters } from './parameters.ts'

/** One of the nested loops that the frames of a 2dseq are stored in; the first group of a file varies fastest. */
export interface FrameGroup {
  /** FG_SLICE, FG_CYCLE ... */
  id: string
  length: number
  /** Name of each element, for people. */
  labels: string[]
  /** A setting of the scanner changes from element to element: never time, whatever the group is called. */
  isSetting: boolean
  /** Parameters that have one entry per element, with the index of the first. */
  parameters: ReadonlyMap<string, number>
}

const nouns = table<string>({
  FG_SLICE: 'slice',
  FG_ECHO: 'echo',
  FG_CYCLE: 'repetition',
  FG_MOVIE: 'movie frame',
  FG_CARDIAC_MOVIE: 'heart phase',
  FG_DIFFUSION: 'diffusion',
  FG_DTI: 'diffusion map',
  FG_ISA: 'map',
  FG_COMPLEX: 'part',
  FG_COIL: 'coil',
  FG_IRMODE: 'inversion',
  FG_VFA: 'flip angle',
})

/** Settings that are told with an element: sign and unit. */
const settings: Record<string, [sign: string, unit: string]> = {
  VisuAcqEchoTime: ['TE', 'ms'],
  VisuAcqRepetitionTime: ['TR', 'ms'],
  VisuAcqInversionTime: ['TI', 'ms'],
  VisuAcqFlipAngle: ['flip angle', '°'],
}

const frameTypes = table<string>({
  MAGNITUDE_IMAGE: 'magnitude',
  REAL_IMAGE: 'real',
  IMAGINARY_IMAGE: 'imaginary',
  PHASE_IMAGE: 'phase',
  COMPLEX_IMAGE: 'complex',
})

export const frameGroup = (id: string, length: number): FrameGroup => ({
  id,
  length,
  labels: Array.from({ length }, (_, i) => `${nounOf(id)} ${i + 1}`),
  isSetting: false,
  parameters: new Map(),
})

const mostGroups = 16

/**
 * VisuFGOrderDesc: (length, <id>, <comment>, start, count), the last two selecting entries of VisuGroupDepVals, which name
 * the parameters that are indexed by the group: (<parameter>, index of the first).
 * @returns null when the groups do not make this number of frames
 * @throws ImagingError 'malformed'
 */
export function frameGroupsOf(visu: Parameters, frameCount: number): FrameGroup[] | null {
  const order = (visu.values('VisuFGOrderDesc') ?? []).map((value) => (typeof value === 'string' ? [] : value))
  const lengths = order.map(([length]) => (typeof length === 'string' ? Number(length) : NaN))
  if (order.length > mostGroups || lengths.some((length) => !Number.isSafeInteger(length) || length < 1)) {
    throw visu.malformed('VisuFGOrderDesc', `holds more than ${mostGroups} frame groups, or one without a length`)
  }
  if (lengths.reduce((product, length) => product * length, 1) !== frameCount) return null
  const dependent = (visu.values('VisuGroupDepVals') ?? []).map((value) => {
    const [name, start] = typeof value === 'string' ? [] : value
    return { name: typeof name === 'string' ? name : '', start: Number(start) }
  })
  return order.map(([, id, , first, count], i) => {
    const chosen = dependent.slice(Number(first) || 0, (Number(first) || 0) + (Number(count) || 0))
    const parameters = new Map(
      chosen.flatMap(({ name, start }) => (Number.isSafeInteger(start) && start >= 0 ? [[name, start] as const] : [])),
    )
    return described(visu, { ...frameGroup(typeof id === 'string' ? id : '', lengths[i]!), parameters })
  })
}

const nounOf = (id: string): string => nouns[id] ?? id.replace(/^FG_/, '').replaceAll('_', ' ').toLowerCase()

/** Adds what the file says about each element. */
function described(visu: Parameters, group: FrameGroup): FrameGroup {
  // Slices are many and are never channels.
  if (group.id === 'FG_SLICE') return group
  const { length, parameters } = group
  const entries = (name: string, width = 1): (string | undefined)[][] => {
    const start = parameters.get(name)
    if (start === undefined) return []
    const all = visu.words(name) ?? []
    return Array.from({ length }, (_, i) => all.slice((start + i) * width, (start + i + 1) * width))
  }
  const told = Object.entries(settings).flatMap(([name, [sign, unit]]) => {
    const values = entries(name).map(([value]) => value)
    return values.length > 0 && new Set(values).size > 1
      ? [values.map((value) => `${sign} ${value}${unit === '°' ? '' : ' '}${unit}`)]
      : []
  })
  const weights = entries('VisuAcqDiffusionBMatrix', 9).map((matrix) => {
    // The b-value is the trace of the b-matrix.
    const b = Number(matrix[0]) + Number(matrix[4]) + Number(matrix[8])
    return Number.isFinite(b) ? `b ${Math.round(b)} s/mm²` : ''
  })
  const comments = entries('VisuFGElemComment').map(([comment]) => comment?.trim() ?? '')
  const types = entries('VisuCoreFrameType').map(([type]) => frameTypes[type ?? ''] ?? '')
  const units = entries('VisuCoreDataUnits').map(([unit]) => unit?.trim() ?? '')
  const labels = group.labels.map((plain, i) => {
    const name = comments[i] || (types[i] && group.id === 'FG_COMPLEX' ? types[i] : plain)
    const details = [...told.map((list) => list[i]), weights[i], group.id === 'FG_COMPLEX' ? '' : types[i], units[i]]
    const words = details.filter((detail): detail is string => !!detail)
    return words.length > 0 ? `${name} (${words.join(', ')})` : name
  })
  return { ...group, labels, isSetting: told.length > 0 }
}

/** Which element of each group a frame is. */
export function elementsOf(groups: readonly FrameGroup[], frame: number): number[] {
  let rest = frame
  return groups.map(({ length }) => {
    const element = rest % length
    rest = Math.floor(rest / length)
    return element
  })
}

/** Groups that are time, the most likely first. */
const timeGroups = ['FG_CYCLE', 'FG_MOVIE', 'FG_CARDIAC_MOVIE']

export interface Arrangement {
  z: number
  t: number
  c: number
  /** Frame that is served as slice z of time t of channel c: frames[(c * T + t) * Z + z]. */
  frames: number[]
  channels: string[] | null
  /** The group that became time, if any. */
  time: FrameGroup | undefined
}

/**
 * Slices become z, repetitions (or movie frames, or heart phases) become t, and everything else (echoes, diffusion weights,
 * fit maps, parts of complex numbers, coils ...) becomes channels with names.
 */
export function arrange(groups: readonly FrameGroup[]): Arrangement {
  const slices = groups.find(({ id }) => id === 'FG_SLICE')
  const time = timeGroups
    .map((name) => groups.find(({ id, isSetting }) => id === name && !isSetting))
    .find((group) => group !== undefined)
  const others = groups.filter((group) => group !== slices && group !== time)
  const [z, t] = [slices?.length ?? 1, time?.length ?? 1]
  const c = others.reduce((product, { length }) => product * length, 1)
  const frames = Array.from<number>({ length: z * t * c })
  for (let frame = 0; frame < frames.length; frame++) {
    const elements = elementsOf(groups, frame)
    let channel = 0
    let stride = 1
    for (const [i, group] of groups.entries()) {
      if (group === slices || group === time) continue
      channel += elements[i]! * stride
      stride *= group.length
    }
    const at = (group: FrameGroup | undefined) => (group ? elements[groups.indexOf(group)]! : 0)
    frames[(channel * t + at(time)) * z + at(slices)] = frame
  }
  const channels =
    others.length === 0
      ? null
      : Array.from({ length: c }, (_, channel) =>
          elementsOf(others, channel)
            .map((element, i) => others[i]!.labels[element]!)
            .join(', '),
        )
  return { z, t, c, frames, channels, time }
}
