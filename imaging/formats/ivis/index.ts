import { ImagingError } from '../../errors.ts'
import type { Fact, FileEntry, FileScan, Format, SeriesReader } from '../../format.ts'
import { folderOf } from '../../paths.ts'
import { formatLabels } from '../labels.ts'
import { looksLikeTiff } from '../tiff/directory.ts'
import { tiff } from '../tiff/index.ts'
import { baseName, looksLikeClickInfo, readClickInfo, sectionOf } from './clickInfo.ts'
import type { ClickInfo } from './clickInfo.ts'
import { clickFacts } from './facts.ts'
import { imageKind, isCorrection, isText, mainImage, textNames } from './files.ts'
import type { ImageKind } from './files.ts'
import { spacingOf, unitOf } from './values.ts'

/**
 * A click of an IVIS camera as the Living Image program stores it: a folder with ClickInfo.txt and AnalyzedClickInfo.txt, and
 * TIFF files of fixed names. Signal and photograph are series of their own, because their pixels differ in size; both state
 * the same field of view, so that one can be laid over the other.
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

  async scan(entry, find, siblings = () => []): Promise<FileScan> {
    const { path } = entry
    const folder = folderOf(path)
    const main = mainImage([...siblings(), entry])
    if (isText(path)) return scanText(entry, main)
    const texts = textNames.map((name) => find(folder + name)).filter((each) => each !== undefined)
    // A TIFF without such a text is a TIFF, whatever its name.
    if (texts.length === 0 || main === undefined) {
      throw new ImagingError('not-this-format', 'No ClickInfo.txt lies beside this TIFF.', 0)
    }
    if (isCorrection(path)) return { seriesKey: main, role: 'data', companions: [], facts: [] }
    const { problem } = await tiff.scan(entry, find)
    return {
      seriesKey: path,
      role: 'image',
      companions: texts,
      facts: [],
      ...(problem ? { problem } : {}),
    }
  },

  async open(files): Promise<SeriesReader> {
    const path = mainImage(files)
    const image = files.find((file) => file.path === path)
    if (!image) {
      throw new ImagingError(
        'missing-companion',
        `${files.find((file) => isText(file.path))?.path ?? 'The click'} comes without its image (luminescent.TIF). Add it.`,
      )
    }
    const kind = imageKind(image.path)!
    const reader = await tiff.open([image])
    const warnings = [...reader.header.warnings]
    const texts = await readTexts(files, warnings)
    const infos = texts.map(({ info }) => info)
    const sections = infos.map((info) => sectionOf(info, image.path, kind.section))
    // What the camera did stands in the second text; the first is a copy that people correct.
    const section = sections.toReversed().find((each) => each !== undefined)
    const spacing = spacingOf(reader.header, infos, section, warnings)
    const unit = unitOf(reader.header, kind, infos, section, warnings)
    const direct = reader.direct()
    return {
      header: { ...reader.header, format: 'ivis', modality: 'OI', spacing, unit, warnings },
      facts: joined([
        ...infos.flatMap((info, i) => clickFacts(info, kind, sections[i])),
        labelled(kind),
        ...reader.facts,
      ]),
      tags: async () => [
        ...texts.flatMap(({ name, info }) => info.tags.map((tag) => ({ ...tag, key: `${name}/${tag.key}` }))),
        ...(await reader.tags()),
      ],
      plane: reader.plane,
      direct: () => direct && { file: files.indexOf(image), offset: direct.offset },
    }
  },
}

/** A text belongs to the image that stands for the click; it lists the image that it names when none is there. */
async function scanText(entry: FileEntry, main: string | undefined): Promise<FileScan> {
  const text = await readClickInfo(entry.source)
  const folder = folderOf(entry.path)
  const named = text.sections.map(({ value }) => baseName(value)).find((name) => imageKind(name))
  const image = main ?? folder + (named ?? 'luminescent.TIF')
  const kind = imageKind(image)!
  const section = sectionOf(text, image, kind.section)
  return {
    seriesKey: main ?? folder,
    role: 'image',
    companions: [image],
    facts: clickFacts(text, kind, section),
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
