import { isInCalendar, monthOf } from '../../calendar.ts'
import type { Fact, FactKey } from '../../format.ts'
import { sectionNamed, valueOf } from './clickInfo.ts'
import type { ClickInfo, Section } from './clickInfo.ts'
import type { ImageKind } from './files.ts'

/** Fields that people leave as they were. */
const empty = /^(none|n\/?a|unknown|-|\?)$/i

/**
 * What a text says about the experiment: the labels that people typed, and the acquisition of one image. Labels are free
 * text, so a number of an animal may name several; it is taken as it stands.
 */
export function clickFacts(text: ClickInfo, kind: ImageKind, image: Section | undefined): Fact[] {
  const facts: Fact[] = []
  const add = (key: FactKey, value: string | number | undefined, evidence: string) => {
    if (value !== undefined && value !== '') facts.push({ key, value, evidence })
  }
  const labels = sectionNamed(text, 'User Label Name Set') ?? sectionNamed(text, 'User Input')
  const label = (key: FactKey, name: string, read: (value: string) => string | undefined = (value) => value) => {
    const value = valueOf(labels, name)
    if (value && !empty.test(value)) add(key, read(value)?.slice(0, 1000), `${labels!.name}: ${name}`)
  }
  label('session.operator', 'User')
  label('study.title', 'Experiment')
  label('subject.localId', 'Animal Number')
  label('subject.strain', 'Animal Strain')
  label('subject.sex', 'Sex', sexOf)

  const views = ['View', 'Time Point'].filter((name) => !empty.test(valueOf(labels, name) ?? '-'))
  // Only one of the two texts may hold the labels; the other must not disagree by saying less.
  if (views.length > 0) {
    const words = [kind.label, ...views.map((name) => valueOf(labels, name)!)]
    add('series.label', words.join(', ').slice(0, 300), ['name of the file', ...views].join(', '))
  }

  const camera = sectionNamed(text, 'Camera System Info')
  const model = valueOf(camera, 'System Configuration')
  if (model && !empty.test(model))
    add('instrument.model', model.slice(0, 1000), `${camera!.name}: System Configuration`)
  const versioned = text.sections.find((section) => valueOf(section, 'Living Image Version'))
  add(
    'instrument.softwareVersion',
    versioned &&
      `Living Image ${valueOf(versioned, 'Living Image Version')!.replace(/^Living Image\s*/i, '')}`.slice(0, 1000),
    `${versioned?.name}: Living Image Version`,
  )

  const taken = timeOf(valueOf(image, 'Acquisition Date') ?? '', valueOf(image, 'Acquisition Time') ?? '')
  add('session.start', taken, `${image?.name}: Acquisition Date, Acquisition Time`)
  add('series.acquiredAt', taken, `${image?.name}: Acquisition Date, Acquisition Time`)
  const click = sectionNamed(text, 'ClickNumber')
  const number = /_(\d{1,6})$/.exec(click?.value ?? '')?.[1]
  add('series.number', number === undefined ? undefined : Number(number), 'ClickNumber')
  const { words, keys } = settingsOf(image)
  add('series.protocol', words.slice(0, 300), `${image?.name}: ${keys}`)
  return facts
}

const sexOf = (value: string): string | undefined =>
  /^m(ales?)?$/i.test(value) ? 'M' : /^f(emales?)?$/i.test(value) ? 'F' : undefined

/** Exposure, binning, aperture, field and filters in one line, in the words of the text. */
function settingsOf(image: Section | undefined): { words: string; keys: string } {
  const found: [words: string, key: string][] = []
  const add = (keys: string[], words: (value: string) => string) => {
    const key = keys.find((each) => valueOf(image, each))
    if (key) found.push([words(valueOf(image, key)!), key])
  }
  add(['Luminescent Exposure (Seconds)', 'Exposure Time Sec'], (value) => `exposure ${value} s`)
  add(['Binning Factor'], (value) => `binning ${value}`)
  add(['f Number'], (value) => `f/${value}`)
  add(['Field of View'], (value) => `field of view ${value} cm`)
  add(['Excitation filter'], (value) => `excitation ${value}`)
  add(['Emission filter'], (value) => `emission ${value}`)
  return { words: found.map(([words]) => words).join(', '), keys: found.map(([, key]) => key).join(', ') }
}

/** "Monday, December 29, 2025" and "14:32:15", as the vendor's program writes them in English; a day alone when the time is unclear. */
function timeOf(date: string, time: string): string | undefined {
  const [, month, day, year] = /^(?:[A-Za-z]+,\s*)?([A-Za-z]+)\s+(\d{1,2}),\s*(\d{4})$/.exec(date) ?? []
  const text = `${year}-${monthOf(month)}-${day?.padStart(2, '0')}`
  if (!isInCalendar(text) || text < '1990') return undefined
  const [, hour, minutes, seconds] = /^(\d{1,2}):(\d\d):(\d\d)$/.exec(time) ?? []
  if (hour === undefined || Number(hour) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return text
  return `${text}T${hour.padStart(2, '0')}:${minutes}:${seconds}`
}
