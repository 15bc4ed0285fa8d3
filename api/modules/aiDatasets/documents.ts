/** A ready dataset as documents: one table, Croissant, a manifest, a datasheet. */
import { createHash } from 'node:crypto'
import { croissantContext } from '#api/exports/croissantContext.ts'
import type { Manifest } from '#api/modules/manifests/formats.ts'
import { csvOf, type Column, type Table } from '#api/exports/tables.ts'
import { licenceAddress } from '#api/exports/published.ts'
import type { AiDataset } from './model.ts'
import { splitNames, type Item, type OutputFile, type Result } from './types.ts'

export interface Ready {
  row: AiDataset
  result: Result
}

const base = (origin: string, { row }: Ready): string => `${origin}/api/v1/ai-datasets/${row.id}`

/** Where the bytes of a file are. */
export const addressOf = (origin: string, ready: Ready, place: number, file: OutputFile): string =>
  file.fileId === undefined ? `${base(origin, ready)}/files/${place}` : `${origin}/api/v1/files/${file.fileId}/content`

const column = (name: string, title: string, type: Column['type'] = 'string'): Column => ({
  name,
  title,
  type,
  read: (row) => row[name] as string | number | undefined,
})

/** One line for each file: where it is, its part, its label, its animals. */
export function itemsTable(origin: string, ready: Ready): Table {
  const rows = ready.result.items.flatMap((item, place) =>
    item.files.map((file) => ({
      path: file.path,
      split: item.split,
      label: item.label ?? undefined,
      url: addressOf(origin, ready, place, file),
      bytes: file.byteCount,
      sha256: file.sha256,
      series: item.seriesId,
      name: item.name,
      modality: item.modality ?? undefined,
      date: item.date ?? undefined,
      animals: item.animals.join(' '),
      session: item.groups.bed.join(' '),
      segmentations: item.segmentations.join(' '),
    })),
  )
  return {
    name: 'items',
    title: 'Files',
    columns: [
      column('path', 'Path'),
      column('split', 'Part: train, validation or test'),
      column('label', 'Label'),
      column('url', 'Address'),
      column('bytes', 'Size in bytes', 'integer'),
      column('sha256', 'SHA-256'),
      column('series', 'Image series'),
      column('name', 'Name of the series'),
      column('modality', 'Modality, DICOM code'),
      column('date', 'Day of the acquisition', 'date'),
      column('animals', 'Animals'),
      column('session', 'Imaging session'),
      column('segmentations', 'Series that outline something in it'),
    ],
    rows,
    references: [],
  }
}

export const itemsCsv = (origin: string, ready: Ready): string => csvOf(itemsTable(origin, ready))

export function manifestOf(origin: string, ready: Ready): Manifest {
  const { items } = ready.result
  const files = items.flatMap((item, place) =>
    item.files.map((file) => ({
      seriesId: item.seriesId,
      path: file.path,
      url: addressOf(origin, ready, place, file),
      byteCount: file.byteCount,
      sha256: file.sha256,
    })),
  )
  return {
    series: items.map((item) => ({
      id: item.seriesId,
      label: item.name,
      folder: item.split,
      url: `${origin}/series/${item.seriesId}`,
    })),
    files,
    fileCount: files.length,
    byteCount: files.reduce((sum, file) => sum + file.byteCount, 0),
  }
}

/** Croissant 1.1 with one record set over the table, split by its column. */
export function croissantOf(origin: string, ready: Ready): Record<string, unknown> {
  const { row, result } = ready
  const table = itemsTable(origin, ready)
  const bytes = Buffer.from(csvOf(table))
  const licences = [...new Set(result.sources.flatMap(({ licence }) => licence ?? []))]
  const dataTypes = { string: 'sc:Text', integer: 'sc:Integer', number: 'sc:Float', boolean: 'sc:Boolean', date: 'sc:Date', datetime: 'sc:DateTime' } // prettier-ignore
  return {
    '@context': croissantContext,
    '@type': 'sc:Dataset',
    conformsTo: 'http://mlcommons.org/croissant/1.1',
    '@id': `${origin}/ai-datasets/${row.id}`,
    name: row.title,
    description: `Image series chosen by a stored query, split into ${splitNames.join(', ')} by animal.`,
    url: `${origin}/ai-datasets/${row.id}`,
    version: `${row.number}.0.0`,
    datePublished: result.madeAt,
    ...(licences.length > 0 && { license: licences.map(licenceAddress) }),
    ...(result.sources.length > 0 && { citeAs: result.sources.map(({ citation }) => citation).join(' ') }),
    distribution: [
      {
        '@type': 'cr:FileObject',
        '@id': 'items.csv',
        name: 'items.csv',
        description: 'One line for each file.',
        contentUrl: `${base(origin, ready)}/items.csv`,
        contentSize: `${bytes.length} B`,
        encodingFormat: 'text/csv',
        sha256: createHash('sha256').update(bytes).digest('hex'),
      },
    ],
    recordSet: [
      {
        '@type': 'cr:RecordSet',
        '@id': 'items',
        name: 'items',
        description: 'One record for each file.',
        field: table.columns.map(({ name, title, type }) => ({
          '@type': 'cr:Field',
          '@id': `items/${name}`,
          name,
          description: title,
          dataType: dataTypes[type],
          source: { fileObject: { '@id': 'items.csv' }, extract: { column: name } },
        })),
      },
    ],
  }
}

const count = (items: readonly Item[], of: (item: Item) => string | null): string => {
  const counts = Map.groupBy(items, (item) => of(item) ?? 'not recorded')
  return [...counts].map(([value, held]) => `${value}: ${held.length}`).join(', ')
}

/** Plain text in Markdown: signs that would begin markup are escaped. */
const plain = (words: string): string =>
  words.replaceAll(/[\\`*_{}[\]<>#|~]/g, (sign) => `\\${sign}`).replaceAll(/\s+/g, ' ')

/**
 * A datasheet after Gebru et al., Datasheets for Datasets (2021): their seven subjects, answered from the record. What
 * no record can answer is left to the person and says so.
 */
export function datasheetOf(origin: string, ready: Ready): string {
  const { row, result } = ready
  const { spec } = row
  const { items, findings, sources, changes } = result
  const animals = new Set(items.flatMap((item) => item.animals))
  const parts = splitNames.map((name) => {
    const held = items.filter((item) => item.split === name)
    return `- ${name}: ${held.length} images of ${new Set(held.flatMap((item) => item.animals)).size} animals${spec.labelFacet ? ` (${plain(count(held, (item) => item.label))})` : ''}`
  })
  const failed = items.filter((item) => item.problem !== undefined)
  const files = items.flatMap((item) => item.files)
  const dates = items.flatMap((item) => item.date ?? []).toSorted()
  const sections: [string, string[]][] = [
    [
      'Motivation',
      [
        'Why it was made: to be filled in by the person who made it.',
        `Made on ${result.madeAt.slice(0, 10)} from ${origin}.`,
      ],
    ],
    [
      'Composition',
      [
        `${items.length} image series of ${animals.size} animals in ${files.length} files, ${files.reduce((sum, file) => sum + file.byteCount, 0)} bytes.`,
        `Modalities: ${plain(count(items, (item) => item.modality))}.`,
        spec.labelFacet
          ? `Label: ${plain(spec.labelFacet)}, as coded in the record. ${plain(count(items, (item) => item.label))}.`
          : 'No label was chosen.',
        `${items.filter((item) => item.segmentations.length > 0).length} images have segmentations beside them.`,
        ...parts,
        failed.length === 0
          ? 'Nothing is missing.'
          : `${failed.length} images have no converted file: ${plain(failed[0]?.problem ?? '')}`,
        'Contains data of animals, cells or phantoms; none of people.',
      ],
    ],
    [
      'Collection',
      [
        dates.length === 0
          ? 'The days of the acquisitions are not recorded.'
          : `Acquired from ${dates[0]} to ${dates.at(-1)}.`,
        `Chosen by: ${spec.query === undefined ? 'hand' : `the query \`${spec.query.replaceAll('`', ' ')}\``}.`,
        'How the animals were kept and imaged, and under which approval, is told by the source datasets:',
        ...sources.map(({ datasetId, citation }) => `- ${plain(citation)} ${origin}/datasets/${datasetId}`),
      ],
    ],
    [
      'Preprocessing and labelling',
      [
        spec.format === 'original'
          ? 'Original files, byte for byte.'
          : spec.spacing
            ? `NIfTI, resampled to ${spec.spacing.join(' x ')} mm by trilinear interpolation of the values, float32.`
            : 'NIfTI in the original voxels; values as stored, with slope and intercept in the header.',
        `Split by animal${spec.split.groupBy.map((name) => `, ${name}`).join('')}; seed ${spec.split.seed}; wanted shares ${splitNames.map((name) => `${name} ${spec.split.shares[name]}`).join(', ')}.`,
        findings.length === 0 ? 'No leakage was found between the parts.' : 'Findings of the leakage check:',
        ...findings.map(({ severity, message }) => `- ${severity}: ${plain(message)}`),
      ],
    ],
    ['Uses', ['Tasks that it is and is not fit for: to be filled in by the person who made it.']],
    [
      'Distribution',
      [
        `Address: ${origin}/ai-datasets/${row.id}; ${row.openToAll === 1 ? 'open to everybody' : 'for the person who made it'}.`,
        `Licences of the sources: ${[...new Set(sources.map(({ licence }) => licence ?? 'not stated'))].join(', ') || 'not published'}.`,
        `SHA-256 of the list of items: ${result.sha256}.`,
      ],
    ],
    [
      'Maintenance',
      [
        `Version ${row.number}. It never changes; a newer one is made by asking the same question again.`,
        changes
          ? `Since the version before: ${changes.added.length} images added, ${changes.removed.length} removed, ${changes.changed.length} changed.`
          : 'This is the first version.',
        'An image that its owners withdraw is not served any more.',
      ],
    ],
  ]
  const body = sections.map(([title, lines]) => `## ${title}\n\n${lines.join('\n').replaceAll(/\n(?!- )/g, '\n\n')}\n`)
  return `# Datasheet: ${plain(row.title)}\n\n${body.join('\n')}`
}
