import { table } from '../../table.ts'
import type { DataSet } from './dataSet.ts'

/** UCUM codes of Units (0054,1001) (PS3.3 C.8.9.1.1.3). */
const petUnits = table<string>({
  BQML: 'Bq/mL',
  CNTS: '{counts}',
  CPS: '{counts}/s',
  GML: 'g/mL',
  CM2: 'cm2',
  CM2ML: 'cm2/mL',
  PCNT: '%',
  '1CM': '/cm',
  MGMINML: 'mg/min/mL',
  UMOLMINML: 'umol/min/mL',
  MLMING: 'mL/min/g',
  MLG: 'mL/g',
  MLMINML: 'mL/min/mL',
  MLML: 'mL/mL',
  UMOLML: 'umol/mL',
})

/** Unit of the value after slope and intercept; '' when the file does not say. */
export function unitOf(data: DataSet): string {
  const units = data.string(0x00541001)
  if (units !== undefined) return petUnits[units] ?? ''
  if (data.string(0x30040002) === 'GY') return 'Gy'
  const mapping = data.item(0x00283000)
  if (mapping) return mapping.string(0x00283004) === 'HU' ? 'HU' : ''
  const shared = data.item(0x52009229)
  const own = data.item(0x52009230)
  const transformation = own?.item(0x00289145) ?? shared?.item(0x00289145) ?? data
  const type = transformation.string(0x00281054)
  if (type === 'HU') return 'HU'
  const isLocalizer = data.strings(0x00080008).includes('LOCALIZER')
  if (data.string(0x00080060) === 'CT' && type === undefined && !isLocalizer && transformation.has(0x00281053))
    return 'HU'
  return mappedUnit(own?.item(0x00409096) ?? shared?.item(0x00409096) ?? data.item(0x00409096), transformation)
}

/** Unit of a Real World Value Mapping that makes of the stored numbers what slope and intercept make of them. */
function mappedUnit(mapping: DataSet | undefined, transformation: DataSet): string {
  if (!mapping) return ''
  const same = (mapped: number | undefined, rescaled: number) =>
    mapped !== undefined && Math.abs(mapped - rescaled) <= 1e-9 * Math.abs(rescaled)
  if (!same(mapping.number(0x00409225, 'FD'), transformation.number(0x00281053) ?? 1)) return ''
  if (!same(mapping.number(0x00409224, 'FD'), transformation.number(0x00281052) ?? 0)) return ''
  const code = mapping.item(0x004008ea)
  const value = code?.string(0x00080102) === 'UCUM' ? (code.string(0x00080100) ?? '') : ''
  return value === '1' ? '' : value === "[hnsf'U]" ? 'HU' : value
}
