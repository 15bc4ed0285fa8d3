import { ImagingError } from '../../errors.ts'
import type { FileEntry, FileScan, Format, SeriesReader } from '../../format.ts'
import { planeBytes } from '../../header.ts'
import { folderOf } from '../../paths.ts'
import { rawPlanes } from '../../raw/planes.ts'
import { formatLabels } from '../labels.ts'
import { readDocuments } from './documents.ts'
import type { Documents } from './documents.ts'
import { factsOf } from './facts.ts'
import { layOut } from './layout.ts'
import type { Layout } from './layout.ts'
import { packageOf, packageParts } from './packages.ts'
import { isParameterText } from './parameters.ts'
import { storedByReco } from './reco.ts'
import { baseOf, companionsOf, experimentOf, hasRawData, measuredFilesOf, placeOf, rawFilesOf } from './tree.ts'
import { notPictures, storedByVisu } from './visu.ts'
import type { Stored } from './stored.ts'

const parameterNames = new Set(['visu_pars', 'reco', 'd3proc', 'acqp', 'method', 'subject'])
const keptWithScan = 'Parameters of a ParaVision study: kept beside its images.'

/**
 * Bruker ParaVision 5, 6, 7 and 360: folders of scans, each with folders of reconstructions, each with the samples in
 * `2dseq`, described by `visu_pars` (by `reco` where that is missing). One reconstruction is one series; of a scout with slice
 * packages of several directions each package is one.
 * Checked against another reader (brukerapi) with original files of 5.1, 7.0.0 and 360.3.6.
 */
export const bruker: Format = {
  id: 'bruker',
  label: formatLabels.bruker,
  mediaType: 'application/x-bruker-paravision',
  extensions: [],
  verified: true,
  sniff: (name, head) => baseOf(name) === '2dseq' || (parameterNames.has(baseOf(name)) && isParameterText(head)),

  async scan(file, find, siblings = () => [], source = () => undefined): Promise<FileScan> {
    const name = baseOf(file.path)
    const place = placeOf(file.path)
    const kept = (reason: string, companions: string[] = [], role: 'index' | 'raw' = 'index'): FileScan => ({
      seriesKey: file.path,
      role,
      companions: companions.filter((path) => path !== file.path),
      facts: [],
      reason,
    })
    const beside = (other: string) => find(place.folder + other)
    if (name === '2dseq') {
      if (!beside('visu_pars') && !beside('reco')) {
        return kept(
          'Image data of ParaVision without visu_pars or reco beside it, which say what it holds. Bring the whole folder.',
        )
      }
      return kept('Image data of ParaVision; the parameters beside it cannot be read.')
    }
    const isAnchor =
      name === 'visu_pars' ? place.scan !== null || beside('2dseq') : name === 'reco' && !beside('visu_pars')
    if (!isAnchor) {
      const isScan = (name === 'acqp' || name === 'method') && hasRawData(siblings()) && !beside('2dseq')
      return isScan ? kept(rawReason(place.folder), rawFilesOf(siblings()), 'raw') : kept(keptWithScan)
    }

    const companions = companionsOf(place, find, siblings).filter((path) => path !== file.path)
    const documents = await readDocuments(file.path, [file.path, ...companions], (path) =>
      path === file.path ? file.source : source(path),
    )
    const facts = factsOf(documents, place)
    const data = siblings().find(({ path }) => baseOf(path) === '2dseq')
    const raw = place.scan === null ? [] : siblings(place.scan)
    // A scan that was stopped leaves an empty 2dseq.
    if (!data?.size && hasRawData(raw)) return kept(rawReason(place.scan!), [...companions, ...rawFilesOf(raw)], 'raw')
    const found: FileScan = {
      seriesKey: place.folder,
      role: 'image',
      companions: [data?.path ?? `${place.folder}2dseq`, ...companions],
      raw: measuredFilesOf(siblings(place.scan ?? place.folder)),
      facts,
    }
    try {
      const other = documents.visu && notPictures(documents.visu)
      if (other) {
        const reason = `ParaVision ${other} (spectroscopy): kept with its parameters, not displayed.`
        return kept(reason, [...found.companions, ...(found.raw ?? [])])
      }
      if (data) {
        const stored = storedOf(documents, data.size)
        layOut(stored, data.size)
        const parts = packageParts(stored)
        if (parts.length > 0) found.parts = parts.map(({ id, label }) => ({ id, label }))
      }
    } catch (error) {
      if (!(error instanceof ImagingError)) throw error
      found.problem = error
    }
    return found
  },

  async open(files, part): Promise<SeriesReader> {
    const anchor = anchorOf(files)
    const { folder } = placeOf(anchor.path)
    const data = files.find(({ path }) => folderOf(path) === folder && baseOf(path) === '2dseq')
    if (!data) {
      throw new ImagingError(
        'missing-companion',
        `${anchor.path} describes ${folder}2dseq, which is not there. Add it.`,
      )
    }
    const sources = new Map(files.map(({ path, source }) => [path, source]))
    const documents = await readDocuments(anchor.path, [...sources.keys()], (path) => sources.get(path))
    const other = documents.visu && notPictures(documents.visu)
    if (other) throw new ImagingError('unsupported', `${anchor.path} describes ${other}, not images.`)
    const { header, places, littleEndian } = describe(documents, data.source.size, part)
    const offsetOf = (k: number) => places[k]! * planeBytes(header)
    const block = { source: data.source, stored: header.sampleType, littleEndian, offsetOf }
    return {
      header,
      facts: factsOf(documents, placeOf(anchor.path)),
      tags: async () =>
        (['visu', 'reco', 'method', 'acqp', 'subject'] as const).flatMap(
          (key) => documents[key]?.tags(key === 'visu' ? 'visu_pars' : key) ?? [],
        ),
      ...rawPlanes(header, block, files.indexOf(data)),
    }
  },
}

function rawReason(scan: string): string {
  const number = experimentOf(scan)
  const which = number === null ? 'a scan' : `scan ${number}`
  return `Raw data of ${which} by ParaVision without a reconstructed image (2dseq): kept with its parameters, not displayed.`
}

/** The file that the image is read by. @throws ImagingError 'not-this-format' */
function anchorOf(files: FileEntry[]): FileEntry {
  const withData = new Set(files.filter(({ path }) => baseOf(path) === '2dseq').map(({ path }) => folderOf(path)))
  const named = (name: string) => {
    const all = files.filter(({ path }) => baseOf(path) === name)
    return all.find(({ path }) => withData.has(folderOf(path))) ?? all.find(({ path }) => placeOf(path).scan !== null)
  }
  const anchor = named('visu_pars') ?? named('reco')
  if (!anchor)
    throw new ImagingError('not-this-format', 'Neither visu_pars nor reco of ParaVision is among the files.', 0)
  return anchor
}

const storedOf = (documents: Documents, dataSize: number): Stored =>
  documents.visu ? storedByVisu(documents.visu, documents) : storedByReco(documents.reco!, documents, dataSize)

function describe(documents: Documents, dataSize: number, part: string | undefined): Layout {
  const whole = storedOf(documents, dataSize)
  const { stored, slices } = part === undefined ? { stored: whole, slices: undefined } : packageOf(whole, part)
  const layout = layOut(stored, dataSize, slices)
  layout.header.warnings.push(...documents.doubts)
  return layout
}
