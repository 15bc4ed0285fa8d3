/** A list of files to fetch in the words of the programs that fetch and check them. */
import { csvCell } from '#api/exports/tables.ts'
import { checksumLine } from '#api/modules/datasets/routes.ts'

export interface ManifestFile {
  seriesId: string
  /** Where it goes: a folder for each series, then the file's own path. Never absolute, never upwards. */
  path: string
  /** Absolute. */
  url: string
  byteCount: number
  sha256: string
}

export interface Manifest {
  series: { id: string; label: string; folder: string; url: string }[]
  files: ManifestFile[]
  fileCount: number
  byteCount: number
}

interface Format {
  mediaType: string
  extension: string
  /** How it is used, for the page that offers it. */
  use: string
  write(manifest: Manifest): string
}

/** In quotes for curl's configuration file: backslash and quote are escaped, line ends are written as \n. */
const curlText = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`

/** Line ends would begin another entry: aria2c reads no escapes, so they become a blank. */
const oneLine = (text: string): string => text.replaceAll(/[\r\n]+/g, ' ')

export const formats = {
  json: {
    mediaType: 'application/json',
    extension: 'json',
    use: 'for programs',
    write: (manifest) => `${JSON.stringify(manifest, null, 2)}\n`,
  },
  csv: {
    mediaType: 'text/csv',
    extension: 'csv',
    use: 'for spreadsheets',
    write: ({ files }) =>
      [
        ['path', 'url', 'bytes', 'sha256', 'series'],
        ...files.map((f) => [f.path, f.url, f.byteCount, f.sha256, f.seriesId]),
      ]
        .map((row) => `${row.map(csvCell).join(',')}\r\n`)
        .join(''),
  },
  curl: {
    mediaType: 'text/plain',
    extension: 'curl.txt',
    use: 'curl --parallel --fail --continue-at - --config FILE',
    write: ({ files }) =>
      ['create-dirs\n', ...files.map(({ url, path }) => `url = ${curlText(url)}\noutput = ${curlText(path)}\n`)].join(
        '',
      ),
  },
  wget: {
    mediaType: 'text/plain',
    extension: 'urls.txt',
    use: 'wget --continue --content-disposition --input-file FILE',
    write: ({ files }) => files.map(({ url }) => `${url}\n`).join(''),
  },
  aria2: {
    mediaType: 'text/plain',
    extension: 'aria2.txt',
    use: 'aria2c --continue --input-file FILE',
    write: ({ files }) =>
      files.map((f) => `${f.url}\n  out=${oneLine(f.path)}\n  checksum=sha-256=${f.sha256}\n`).join(''),
  },
  sha256: {
    mediaType: 'text/plain',
    extension: 'sha256',
    use: 'sha256sum --check FILE',
    write: ({ files }) => files.map((f) => checksumLine(f.sha256, f.path)).join(''),
  },
} satisfies Record<string, Format>

export type ManifestFormat = keyof typeof formats
