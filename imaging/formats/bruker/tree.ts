import type { SiblingFile } from '../../format.ts'
import { folderOf, nameOf } from '../../paths.ts'

/** Where a file stands in a study: `<study>/<experiment>/pdata/<processing>/`. Folders end with '/', or are '' at the top. */
export interface Place {
  folder: string
  /** Folder of the scan (acqp, method, raw data); null when the file is in no `pdata` folder. */
  scan: string | null
  /** Folder of the study (subject); null when the tree was brought without it. */
  study: string | null
  experiment: number | null
  processing: number | null
}

/** Files of a reconstruction beside its `2dseq`. */
const reconstructionFile = /^(visu_pars|reco|d3proc|id|meta|procs|methreco|isa|roi|reco\.out|.*\.log)$/i
/** Parameters of the scan, which every reconstruction of it needs. */
const parameterFile = /^(acqp|method)$/i
/** Raw data and what the scanner played: pulse programs, gradient and pulse shapes, trajectories, states of adjustments. */
const rawFile =
  /^(acqp\.out$|fid|ser|rawdata|traj|spnam\d*|grdprog|gdprog|pulseprogram|cpdprg\d*|configscan|specpar|uxnmr|imnd|visu_pars|adjstate\w*|shimcondition|mapshim)([._].*)?$/i
const dataFile = /^(fid|ser|rawdata|traj)(\..*)?$/i

const most = 1000

/** Name of a file in lower case, as it is compared here. */
export const baseOf = (path: string): string => nameOf(path).toLowerCase()

export function placeOf(path: string): Place {
  const folder = folderOf(path)
  const [, scan, processing] = /^((?:.*\/)?)pdata\/(\d{1,6})\/$/i.exec(folder) ?? []
  if (scan === undefined) return { folder, scan: null, study: null, experiment: null, processing: null }
  return {
    folder,
    scan,
    study: scan === '' ? null : folderOf(scan.slice(0, -1)),
    experiment: experimentOf(scan),
    processing: Number(processing),
  }
}

/** The number that the folder of a scan has as its name. */
export function experimentOf(scan: string): number | null {
  const name = /(?:^|\/)(\d{1,6})\/$/.exec(scan)?.[1]
  return name === undefined ? null : Number(name)
}

/**
 * The files that go with a reconstruction. Its parameters go with each one; what the scanner played with the first
 * reconstruction of a scan alone. Measured data is linked to all of them apart from this (`measuredFilesOf`).
 */
export function companionsOf(
  { folder, scan, study, processing }: Place,
  find: (path: string) => string | undefined,
  siblings: (folder?: string) => readonly SiblingFile[],
): string[] {
  const named = (list: readonly SiblingFile[], names: RegExp) =>
    list.map(({ path }) => path).filter((path) => names.test(baseOf(path)))
  const own = named(siblings(folder), reconstructionFile)
  // All files in one folder, as people pass single scans on.
  if (scan === null) return [...own, ...withoutData(rawFilesOf(siblings(folder)))]
  const beside = siblings(scan)
  const isFirst = !hasEarlier(scan, processing!, find)
  const subject = study === null ? undefined : find(`${study}subject`)
  return [
    ...own,
    ...named(beside, parameterFile),
    ...(isFirst ? withoutData(named(beside, rawFile)) : []),
    ...(subject === undefined ? [] : [subject]),
  ]
}

const withoutData = (paths: string[]): string[] => paths.filter((path) => !dataFile.test(baseOf(path)))

/** Measured data (k-space, trajectories) in the folder of a scan. */
export const measuredFilesOf = (siblings: readonly SiblingFile[]): string[] =>
  siblings.map(({ path }) => path).filter((path) => dataFile.test(baseOf(path)))

/** Raw data and what belongs to them in the folder of a scan. */
export const rawFilesOf = (siblings: readonly SiblingFile[]): string[] =>
  siblings.map(({ path }) => path).filter((path) => rawFile.test(baseOf(path)) || parameterFile.test(baseOf(path)))

/** Whether the folder of a scan holds its measured data. */
export const hasRawData = (siblings: readonly SiblingFile[]): boolean =>
  siblings.some(({ path, size }) => dataFile.test(baseOf(path)) && !/^traj/i.test(baseOf(path)) && size > 0)

function hasEarlier(scan: string, processing: number, find: (path: string) => string | undefined): boolean {
  for (let n = 1; n < Math.min(processing, most); n++) if (find(`${scan}pdata/${n}/2dseq`)) return true
  return false
}
