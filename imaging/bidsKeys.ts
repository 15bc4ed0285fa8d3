import type { FactKey } from './format.ts'
import { table } from './table.ts'

/** Sidecar keys (BIDS 1.11, glossary of metadata; AdministrationRoute is an addition, BIDS has none) of what a file says. */
export const bidsKeys = {
  'instrument.manufacturer': 'Manufacturer',
  'instrument.model': 'ManufacturersModelName',
  'instrument.serialNumber': 'DeviceSerialNumber',
  'instrument.softwareVersion': 'SoftwareVersions',
  'instrument.institution': 'InstitutionName',
  'series.label': 'SeriesDescription',
  'series.protocol': 'ProtocolName',
  'series.bodyPart': 'BodyPart',
  'administration.agent': 'TracerName',
  'administration.radionuclide': 'TracerRadionuclide',
  'administration.activity': 'InjectedRadioactivity',
  'administration.volume': 'InjectedVolume',
  'administration.route': 'AdministrationRoute',
} as const satisfies Partial<Record<FactKey, string>>

/** Keys whose number has a key of its own for the unit. */
export const bidsUnits = {
  InjectedRadioactivity: { key: 'InjectedRadioactivityUnits', unit: 'MBq' },
  InjectedVolume: { key: 'InjectedVolumeUnits', unit: 'mL' },
} as const

const elements = table<string>({
  Bromine: 'Br',
  Carbon: 'C',
  Copper: 'Cu',
  Fluorine: 'F',
  Gallium: 'Ga',
  Indium: 'In',
  Iodine: 'I',
  Lutetium: 'Lu',
  Manganese: 'Mn',
  Nitrogen: 'N',
  Oxygen: 'O',
  Rubidium: 'Rb',
  Scandium: 'Sc',
  Technetium: 'Tc',
  Yttrium: 'Y',
  Zirconium: 'Zr',
})
const symbols = new Map(Object.entries(elements).map(([name, symbol]) => [symbol, name]))

/** "F18" from "Fluorine-18" (PS3.16, CID 4020); other texts stay as they are. */
export function shortNuclide(name: string): string {
  const [, element = '', mass = ''] = /^([A-Z][a-z]+)-(\d+m?)$/.exec(name) ?? []
  return elements[element] ? `${elements[element]}${mass}` : name
}

/** "Fluorine-18" from "F18", "18F", "[18F]", "F-18"; other texts stay as they are. */
export function longNuclide(text: string): string {
  const match = /^(?:([A-Z][a-z]?)-?(\d+m?)|(\d+m?)-?([A-Z][a-z]?))$/.exec(text.replace(/[[\]\s]/g, ''))
  const name = symbols.get(match?.[1] ?? match?.[4] ?? '')
  return name ? `${name}-${match![2] ?? match![3]}` : text
}
