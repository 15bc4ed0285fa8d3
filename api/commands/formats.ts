import { formats } from '#imaging/formats/index.ts'

/** Prints the formats as the table of docs/using.md. */
export async function run(): Promise<void> {
  process.stdout.write(formatsTable())
}

export function formatsTable(): string {
  const rows = formats.map(
    ({ label, verified }) => `| ${label} | ${verified ? 'yes' : 'not verified on original data'} |`,
  )
  return ['| format | checked with original files |', '| --- | --- |', ...rows, ''].join('\n')
}
