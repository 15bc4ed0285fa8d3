import { keys } from '#api/config.ts'

/** Prints all settings as the table of docs/configuration.md, or as .env.example. */
export async function run(format: 'table' | 'env'): Promise<void> {
  process.stdout.write(format === 'env' ? envExample() : settingsTable())
}

export function settingsTable(): string {
  const rows = Object.entries(keys).map(
    ([name, key]) =>
      `| \`${name}\` | ${shown(key.fallback)} | ${key.about}${key.secret ? ` Or \`${name}_FILE\`.` : ''} |`,
  )
  return ['| setting | default | what it is for |', '| --- | --- | --- |', ...rows, ''].join('\n')
}

function envExample(): string {
  return Object.entries(keys)
    .map(([name, key]) => `# ${key.about}\n#${name}=${shown(key.fallback).replaceAll('`', '')}\n`)
    .join('\n')
}

const shown = (value: unknown): string =>
  value === '' ? '' : `\`${typeof value === 'boolean' ? Number(value) : String(value)}\``
