/** Which instrument wrote the files of a session, and how that is known. */
import { normalisedName } from './folderHints.ts'
import type { NewInstrument, PlannedFact, PlannedSession } from './plan.ts'

export interface KnownInstrument {
  id: string
  name: string
  manufacturer: string
  model: string
  serialNumber?: string | undefined
}

type Facts = ReadonlyMap<string, PlannedFact>
const text = (facts: Facts, key: string): string | undefined => {
  const value = facts.get(key)?.value
  return value === undefined || String(value).trim() === '' ? undefined : String(value).trim().slice(0, 300)
}

/** Names the instrument of a series for grouping; '' when the files do not say. */
export const instrumentKey = (facts: Facts): string =>
  ['manufacturer', 'model', 'serialNumber']
    .map((part) => normalisedName(text(facts, `instrument.${part}`) ?? ''))
    .join('|')
    .replace(/^\|\|$/, '')

/**
 * The instrument that a header names: by serial number, then by maker and model when only one of that model is known.
 * An unknown one is proposed when the header names both maker and model.
 */
export function matchInstrument(facts: Facts, known: readonly KnownInstrument[]): PlannedSession['instrument'] {
  const manufacturer = text(facts, 'instrument.manufacturer')
  const model = text(facts, 'instrument.model')
  const serialNumber = text(facts, 'instrument.serialNumber')
  const softwareVersion = text(facts, 'instrument.softwareVersion')
  const evidence = [
    ...new Set(
      ['serialNumber', 'manufacturer', 'model'].flatMap((part) => facts.get(`instrument.${part}`)?.evidence ?? []),
    ),
  ].join(', ')
  if (!manufacturer && !model && !serialNumber) return { id: null, evidence: 'the files do not name the instrument' }

  const same = (a: string | undefined, b: string | undefined) => !!a && !!b && normalisedName(a) === normalisedName(b)
  const bySerial = known.filter((k) => same(k.serialNumber, serialNumber) && (!model || same(k.model, model)))
  if (bySerial.length === 1 && bySerial[0]) return { id: bySerial[0].id, evidence }
  const byModel = known.filter(
    (k) => same(k.model, model) && sameMaker(k.manufacturer, manufacturer) && (!k.serialNumber || !serialNumber),
  )
  if (byModel.length === 1 && byModel[0]) return { id: byModel[0].id, evidence }
  if (byModel.length > 1) {
    return {
      id: null,
      evidence: `${evidence}: ${byModel.length} instruments fit (${byModel.map((k) => k.name).join(', ')}); please choose`,
    }
  }
  if (!manufacturer || !model) {
    const only = manufacturer ?? model ?? serialNumber
    return { id: null, evidence: `${evidence}: only “${only}”, which is not enough to name an instrument` }
  }
  const create: NewInstrument = {
    name: serialNumber ? `${model} (${serialNumber})`.slice(0, 300) : model,
    manufacturer,
    model,
    ...(softwareVersion && { softwareVersion }),
    ...(serialNumber && { serialNumber }),
  }
  return { id: null, create, evidence }
}

/** "Siemens" and "SIEMENS Medical Solutions" are one maker. */
function sameMaker(a: string, b: string | undefined): boolean {
  if (!b) return true
  const [x, y] = [normalisedName(a), normalisedName(b)]
  return x.startsWith(y) || y.startsWith(x)
}
