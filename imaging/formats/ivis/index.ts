import { ImagingError } from '../../errors.ts'
import type { Fact, FileEntry, FileScan, Format, SeriesReader } from '../../format.ts'
import { folderOf } from '../../paths.ts'
import type { ByteSource } from '../../source.ts'
import { formatLabels } from '../labels.ts'
import { looksLikeTiff, readTiff } from '../tiff/directory.ts'
import { tiff } from '../tiff/index.ts'
import { readPage } from '../tiff/page.ts'
import { baseName, looksLikeClickInfo, numberOf, readClickInfo, sectionOf, valueOf } from './clickInfo.ts'
import type { ClickInfo } from './clickInfo.ts'
import { clickFacts } from './facts.ts'
import { imageKind, isCorrection, isText, mainImage, textNames } from './files.ts'
import type { ImageKind } from './files.ts'
import { joinClicks, sequenceFolder } from './sequence.ts'
import type { OpenClick } from './sequence.ts'
import { placeOf, spacingOf, unitOf } from './values.ts'

/**
 * A click of an IVIS camera as the Living Image program stores it: a folder with ClickInfo.txt and AnalyzedClickInfo.txt, and
 * TIFF files of fixed names. Signal and photograph are series of their own, because their pixels differ in size; both lie in
 * the same field of view, so that one can be laid over the other. The clicks of a sequence are one series of each kind.
 */
export const ivis: Format = {
  id: 'ivis',
  label: formatLabels.ivis,
  mediaType: 'application/x-living-image',
  extensions: ['clickinfo.txt', '.tiff', '.tif'],
  verified: false,

  sniff(path, head) {
    if (isText(path)) return looksLikeClickInfo(head)
    return looksLikeTiff(head) && (imageKind(path) !== undefined || isCorrection(path))
  },

  async scan(entry, find, siblings = () => [], source = () => undefined): Promise<FileScan> {
    const { path } = entry
    const folder = folderOf(path)
    const main = mainImage([...siblings(), entry])
    const sequence = sequenceFolder(path, find)
    // What goes with a picture has its key: that of its sequence, or its own.
    const keyOf = async (picture: string): Promise<string> => {
      const bytes = sequence === undefined ? undefined : picture === path ? entry.source : source(picture)
      const kind = bytes && (await kindOfPicture(picture, bytes))
      return kind === undefined ? picture : `${sequence}#${kind}`
    }
    if (isText(path)) return scanText(entry, main, main && (await keyOf(main)))
    const texts = textNames.map((name) => find(folder + name)).filter((each) => each !== undefined)
    // A TIFF without such a text is a TIFF, whatever its name.
    if (texts.length === 0 || main === undefined) {
      throw new ImagingError('not-this-format', 'No ClickInfo.txt lies beside this TIFF.', 0)
    }
    if (isCorrection(path)) return { seriesKey: await keyOf(main), role: 'data', companions: [], facts: [] }
    const { problem } = await tiff.scan(entry, find)
    const about = sequence === undefined ? undefined : find(`${sequence}SequenceInfo.txt`)
    return {
      seriesKey: problem ? path : await keyOf(path),
      role: 'image',
      companions: about === undefined ? texts : [...texts, about],
      facts: [],
      ...(problem ? { problem } : {}),
    }
  },

  async open(files): Promise<SeriesReader> {
    const images = files.filter(({ path }) => imageKind(path))
    const path = mainImage(files)
    const image = files.find((file) => file.path === path)
    if (!image) {
      throw new ImagingError(
        'missing-companion',
        `${files.find((file) => isText(file.path))?.path ?? 'The click'} comes without its image (luminescent.TIF). Add it.`,
      )
    }
    const kind = imageKind(image.path)!
    const same = images.filter((each) => imageKind(each.path) === kind)
    if (same.length === 1) return (await openClick(image, kind, files)).reader
    const clicks: OpenClick[] = []
    for (const each of same) clicks.push(await openClick(each, kind, files))
    const lead = clicks.find(({ path: own }) => own === path)!.reader
    return { facts: lead.facts, tags: () => lead.tags(), ...joinClicks(clicks) }
  },
}

/** One picture with the texts of its folder. */
async function openClick(image: FileEntry, kind: ImageKind, files: FileEntry[]): Promise<OpenClick> {
  const reader = await tiff.open([image])
  const warnings = [...reader.header.warnings]
  const own = files.filter(({ path }) => folderOf(path) === folderOf(image.path))
  const texts = await readTexts(own, warnings)
  const infos = texts.map(({ info }) => info)
  const sections = infos.map((info) => sectionOf(info, image.path, kind.section))
  // What the camera did stands in the second text; the first is a copy that people correct.
  const section = sections.toReversed().find((each) => each !== undefined)
  const spacing = spacingOf(reader.header, infos, section, warnings)
  const unit = unitOf(reader.header, kind, infos, section, warnings)
  const direct = reader.direct()
  const facts = joined([
    ...infos.flatMap((info, i) => clickFacts(info, kind, sections[i])),
    labelled(kind),
    ...reader.facts,
  ])
  const taken = facts.find(({ key }) => key === 'series.acquiredAt')?.value
  const filter = (name: string) => valueOf(section, `${name} filter`)
  return {
    path: image.path,
    taken: typeof taken === 'string' && taken.length > 10 ? taken : undefined,
    exposureSeconds: numberOf(section, 'Luminescent Exposure (Seconds)', 'Exposure Time Sec'),
    filters: ['Excitation', 'Emission']
      .flatMap((name) => (filter(name) ? [`${name.toLowerCase()} ${filter(name)}`] : []))
      .join(', '),
    reader: {
      header: {
        ...reader.header,
        format: 'ivis',
        modality: 'OI',
        spacing,
        ...placeOf(reader.header, spacing),
        unit,
        warnings,
      },
      facts,
      tags: async () => [
        ...texts.flatMap(({ name, info }) => info.tags.map((tag) => ({ ...tag, key: `${name}/${tag.key}` }))),
        ...(await reader.tags()),
      ],
      plane: reader.plane,
      direct: () => direct && { file: files.indexOf(image), offset: direct.offset },
    },
  }
}

/** What the pictures of a sequence must have in common to be one image; undefined for a damaged one. */
async function kindOfPicture(path: string, source: ByteSource): Promise<string | undefined> {
  try {
    const file = await readTiff(source, 1)
    const { width, height, sampleType } = await readPage(file, file.directories[0]!)
    return `${imageKind(path)!.label} ${width}x${height} ${sampleType}`
  } catch (error) {
    if (error instanceof ImagingError) return undefined
    throw error
  }
}

/** What is true of one click of a sequence only. */
const ofOneClick: ReadonlySet<string> = new Set(['session.start', 'series.number', 'series.protocol'])

/** A text belongs to the image that stands for the click; it lists the image that it names when none is there. */
async function scanText(entry: FileEntry, main: string | undefined, key: string | undefined): Promise<FileScan> {
  const text = await readClickInfo(entry.source)
  const folder = folderOf(entry.path)
  const named = text.sections.map(({ value }) => baseName(value)).find((name) => imageKind(name))
  const image = main ?? folder + (named ?? 'luminescent.TIF')
  const kind = imageKind(image)!
  const section = sectionOf(text, image, kind.section)
  return {
    seriesKey: key ?? folder,
    role: 'image',
    companions: [image],
    facts: clickFacts(text, kind, section).filter((fact) => key === main || !ofOneClick.has(fact.key)),
  }
}

/** The texts in the order of `textNames`; an image with a damaged text is still an image. */
async function readTexts(files: FileEntry[], warnings: string[]): Promise<{ name: string; info: ClickInfo }[]> {
  const texts: { name: string; info: ClickInfo }[] = []
  for (const name of textNames) {
    const file = files.find(({ path }) => baseName(path).toLowerCase() === name.toLowerCase())
    if (!file) continue
    try {
      texts.push({ name: name.replace('.txt', ''), info: await readClickInfo(file.source) })
    } catch (error) {
      if (!(error instanceof ImagingError)) throw error
      warnings.push(`${name} cannot be read: ${error.message}`)
    }
  }
  return texts
}

/** The first fact of each key. */
const joined = (facts: Fact[]): Fact[] => [...Map.groupBy(facts, ({ key }) => key).values()].map(([first]) => first!)

const labelled = ({ label }: ImageKind): Fact => ({ key: 'series.label', value: label, evidence: 'name of the file' })
