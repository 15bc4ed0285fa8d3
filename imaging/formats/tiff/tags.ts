import type { Tag } from '../../format.ts'
import { numbers, subDirectories, text } from './directory.ts'
import type { Directory, Entry, TiffFile } from './directory.ts'
import type { Ome } from './ome.ts'
import type { XmlNode } from './xml.ts'

const longestValue = 1000
/** A stack of thousands of pages repeats itself. */
const mostDirectories = 20
const mostTags = 5000
/** Strip tables and colour maps are no reading matter. */
const mostNumbers = 32

/** The tags of the pages and the attributes of the OME-XML: "IFD0/ImageWidth", "OME/Image[1]/Pixels@SizeX". */
export async function tagsOf(file: TiffFile, ome: Ome | null): Promise<Tag[]> {
  // Only the header panel needs the names.
  const { globals } = await import('geotiff')
  const definitions: Record<number, { name: string } | undefined> = globals.tagDefinitions
  const out: Tag[] = []
  const listDirectory = async (path: string, directory: Directory) => {
    for (const entry of [...directory.entries.values()].toSorted((a, b) => a.tag - b.tag)) {
      const name = definitions[entry.tag]?.name ?? `Tag ${entry.tag}`
      const value = (await valueText(file, entry, directory)).slice(0, longestValue)
      out.push({ key: `${path}/${name}`, name, value })
    }
  }
  for (const [i, directory] of file.directories.slice(0, mostDirectories).entries()) {
    await listDirectory(`IFD${i}`, directory)
    for (const [j, sub] of (await subDirectories(file, directory)).entries())
      await listDirectory(`IFD${i}/SubIFD${j}`, sub)
  }
  const rest = file.directories.length - mostDirectories
  if (rest > 0) out.push({ key: 'IFD', name: 'Further pages', value: `${rest} pages with tags of the same kind` })
  return [...out, ...(ome ? omeTags(ome) : [])].slice(0, mostTags)
}

/** The attributes and texts of OME-XML. */
export function omeTags(ome: Ome): Tag[] {
  const out: Tag[] = []
  list(ome.root, 'OME', out)
  return out
}

async function valueText(file: TiffFile, entry: Entry, directory: Directory): Promise<string> {
  if (entry.type === 2)
    return entry.count > 1_000_000 ? `<${entry.count} characters>` : ((await text(file, directory, entry.tag)) ?? '')
  if (entry.count > mostNumbers) return `<${entry.count} values>`
  return (await numbers(file, directory, entry.tag)).join(', ')
}

function list(node: XmlNode, path: string, out: Tag[]): void {
  for (const [key, value] of Object.entries(node)) {
    if (out.length >= mostTags) return
    if (typeof value === 'string') {
      const isText = key === '#text'
      if (isText && value.trim() === '') continue
      out.push({
        key: isText ? path : path + key,
        name: isText ? (path.split('/').at(-1) ?? '') : key.slice(1),
        value: value.trim().slice(0, longestValue),
      })
    } else value?.forEach((child, i) => list(child, `${path}/${key}${value.length > 1 ? `[${i + 1}]` : ''}`, out))
  }
}
