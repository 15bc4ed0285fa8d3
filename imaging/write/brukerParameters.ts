/** The value of a parameter; undefined values leave the parameter out. */
type Content =
  | { word: string | number | undefined }
  | { text: string | undefined }
  | { texts: readonly string[] | undefined }
  /** Numbers, words or structs; `width` is the second size of a table. */
  | { list: readonly (string | number)[] | undefined; width?: number }

export type Parameter = [name: string, content: Content]

const lineLength = 78
const stringBytes = 65

/** The text of a parameter file: JCAMP-DX 4.24 with private records, lines of about 80 characters, repetitions as `@5*(0)`. */
export function parameterFile(parameters: readonly Parameter[]): string {
  const records = parameters.flatMap(([name, content]) => {
    const text = textOf(content)
    return text === undefined ? [] : [`##$${name}=${text}`]
  })
  return [
    '##TITLE=Parameter List, ParaVision 6.0.1',
    '##JCAMPDX=4.24',
    '##DATATYPE=Parameter Values',
    '##ORIGIN=Bruker BioSpin MRI GmbH',
    '##OWNER=vivarchive',
    ...records,
    '##END=',
    '',
  ].join('\n')
}

function textOf(content: Content): string | undefined {
  if ('word' in content) return content.word === undefined ? undefined : String(content.word)
  if ('text' in content) {
    const { text } = content
    if (text === undefined) return undefined
    return `( ${Math.max(stringBytes, text.length + 1)} )\n${bracketed(text)}`
  }
  if ('texts' in content) {
    return content.texts && `( ${content.texts.length}, ${stringBytes} )\n${wrapped(content.texts.map(bracketed))}`
  }
  const { list, width } = content
  if (!list) return undefined
  const size = width === undefined ? `${list.length}` : `${list.length / width}, ${width}`
  return `( ${size} )\n${wrapped(repetitions(list.map(String)))}`
}

/** A string in its brackets, which may not occur in it. */
const bracketed = (text: string): string => `<${text.replaceAll(/[<>]/g, '?').replaceAll(/[\r\n]+/g, ' ')}>`

/** Runs of more than three equal values as `@n*(value)`, as ParaVision 6.0.1 and later write them. */
function repetitions(values: readonly string[]): string[] {
  const out: string[] = []
  for (let i = 0; i < values.length;) {
    let end = i + 1
    while (values[end] === values[i]) end++
    const run = end - i
    if (run > 3 && !values[i]!.startsWith('(')) out.push(`@${run}*(${values[i]})`)
    else out.push(...values.slice(i, end))
    i = end
  }
  return out
}

function wrapped(values: readonly string[]): string {
  const lines: string[] = []
  let line = ''
  for (const value of values) {
    if (line !== '' && line.length + 1 + value.length > lineLength) {
      lines.push(line)
      line = ''
    }
    line += line === '' ? value : ` ${value}`
  }
  // ParaVision keeps the blank before the break, and readers join the lines with nothing.
  return [...lines, line].join(' \n')
}
