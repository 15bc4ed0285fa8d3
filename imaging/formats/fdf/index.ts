import { swapped } from '../../bytes.ts'
import { ImagingError } from '../../errors.ts'
import type { Fact, FileEntry, FileScan, Format, SeriesReader, SiblingFile } from '../../format.ts'
import { formatLabels } from '../labels.ts'
import { checkPlane, planeBytes, sampleBytes } from '../../header.ts'
import { folderOf, nameOf } from '../../paths.ts'
import { looksLikeFdf, numbersOf, readHeader, stringOf } from './header.ts'
import type { FdfHeader } from './header.ts'
import { readPart } from './part.ts'
import type { FdfPart } from './part.ts'
import { procparFacts, procparTags, readProcpar } from './procpar.ts'
import type { Procpar } from './procpar.ts'
import { arrange } from './series.ts'

/** Agilent and Varian MRI: files of one slice or volume each, in a folder `name.img` with the parameters in `procpar`. */
export const fdf: Format = {
  id: 'fdf',
  label: formatLabels.fdf,
  mediaType: 'application/x-varian-fdf',
  extensions: ['.fdf'],
  verified: false,
  sniff: (_name, head) => looksLikeFdf(head),

  async scan(entry, find, siblings = () => []): Promise<FileScan> {
    const header = await readHeader(entry.source)
    const folder = folderOf(entry.path)
    const procpar = find(`${folder}procpar`)
    // Magnitude and phase may lie in one folder, as may a scout of another size. A damaged slice stays with its series.
    const kind = [numbersOf(header, 'matrix').join('x'), stringOf(header, 'storage'), stringOf(header, 'type')]
    const found: FileScan = {
      seriesKey: `${folder}#${kind.join(' ')}`,
      role: 'image',
      companions: procpar === undefined ? [] : [procpar],
      raw: measuredFilesOf(folder, siblings),
      facts: headerFacts(header),
    }
    try {
      await readPart(entry)
    } catch (error) {
      if (!(error instanceof ImagingError)) throw error
      found.problem = error
    }
    return found
  },

  async open(files): Promise<SeriesReader> {
    const parts: FdfPart[] = []
    for (const file of files) if (!isProcpar(file)) parts.push(await readPart(file))
    const { header, places } = arrange(parts)
    const procpar = await procparOf(files, header.warnings)
    const perPlane = planeBytes(header)
    const size = sampleBytes[header.sampleType]
    const { part: first } = places[0]!
    const isDirect = parts.length === 1 && (first.littleEndian || size === 1)
    return {
      header,
      facts: factsOf(first.header, procpar),
      tags: async () => [...first.header.tags, ...procparTags(procpar)],
      async plane(k) {
        checkPlane(header, k)
        const { part, plane } = places[k]!
        const bytes = await part.entry.source.read(part.offset + plane * perPlane, perPlane)
        return part.littleEndian || size === 1 ? bytes : swapped(bytes, size)
      },
      direct: () => (isDirect ? { file: files.indexOf(first.entry), offset: first.offset } : null),
    }
  },
}

/** The measured data of `name.img` lie in `name.fid` beside it: `fid` with parameters of its own. */
function measuredFilesOf(folder: string, siblings: (folder?: string) => readonly SiblingFile[]): string[] {
  const beside = /^(.*)\.img\/$/i.exec(folder)?.[1]
  const found = beside === undefined ? [] : siblings(`${beside}.fid/`).map(({ path }) => path)
  return found.some((path) => nameOf(path) === 'fid') ? found : []
}

const isProcpar = ({ path }: FileEntry): boolean => /^procpar$/i.test(nameOf(path))

/** The parameters beside the images; images without them, or with damaged ones, are still images. */
async function procparOf(files: FileEntry[], warnings: string[]): Promise<Procpar> {
  const file = files.find(isProcpar)
  if (!file) {
    warnings.push('The parameter file procpar is not with the images; animal, date and sequence may be missing.')
    return new Map()
  }
  try {
    return await readProcpar(file.source)
  } catch (error) {
    if (!(error instanceof ImagingError)) throw error
    warnings.push(`${error.message} Animal, date and sequence may be missing.`)
    return new Map()
  }
}

/** What an image says by itself. */
function headerFacts(header: FdfHeader): Fact[] {
  const [studyId, sequence] = [stringOf(header, 'studyid'), stringOf(header, 'sequence')]
  return [
    ...(studyId ? [{ key: 'session.label' as const, value: studyId.slice(0, 1000), evidence: 'studyid' }] : []),
    ...(sequence ? [{ key: 'series.protocol' as const, value: sequence.slice(0, 1000), evidence: 'sequence' }] : []),
  ]
}

/** The parameters say more than the images; what is missing there comes from the image. */
function factsOf(header: FdfHeader, procpar: Procpar): Fact[] {
  const facts = procparFacts(procpar)
  const known = new Set(facts.map(({ key }) => key))
  return [...facts, ...headerFacts(header).filter(({ key }) => !known.has(key))]
}
