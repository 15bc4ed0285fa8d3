import { formats } from '#imaging/formats/index.ts'

/** Prints the formats as the table of docs/using.md. */
export async function run(): Promise<void> {
  process.stdout.write(formatsTable())
}

export function formatsTable(): string {
  const rows = formats.map(({ label, extensions, verified }) => {
    const names = extensions.map((ending) => `\`${ending}\``).join(' ') || 'whole folders'
    return `| ${label} | ${names} | ${verified ? 'yes' : 'not verified on original data'} |`
  })
  return ['| format | names | checked with original files |', '| --- | --- | --- |', ...rows, ''].join('\n')
}
