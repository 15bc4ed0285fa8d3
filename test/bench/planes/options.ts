/** Options of a measurement: `name=value` on the command line, with the types of the defaults. */
export function options<T extends Record<string, number | string>>(defaults: T): T {
  const chosen: Record<string, number | string> = { ...defaults }
  for (const argument of process.argv.slice(2)) {
    const [name = '', value = ''] = argument.split('=')
    const fallback = defaults[name]
    const isNumber = typeof fallback === 'number'
    if (fallback === undefined || value === '' || (isNumber && !(Number(value) > 0))) {
      const usage = Object.entries(defaults).map(([key, each]) => `[${key}=${each}]`)
      throw new Error(`"${argument}" is not an option. Options with their defaults: ${usage.join(' ')}`)
    }
    chosen[name] = isNumber ? Number(value) : value
  }
  return chosen as T
}
