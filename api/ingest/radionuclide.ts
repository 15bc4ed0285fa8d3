/** Names of radionuclides as headers write them. */

/** Symbols of the elements that tracers are made of, by their names (PS3.16 CID 18 and 4020 write "^18^Fluorine"). */
const symbols: Record<string, string> = {
  fluorine: 'F',
  carbon: 'C',
  nitrogen: 'N',
  oxygen: 'O',
  gallium: 'Ga',
  copper: 'Cu',
  zirconium: 'Zr',
  technetium: 'Tc',
  indium: 'In',
  iodine: 'I',
  lutetium: 'Lu',
}

/** "F-18" of "18F", "^18^Fluorine", "F18", "Tc 99m"; undefined when no element and mass are recognised. */
export function radionuclideOf(words: string): string | undefined {
  const plain = words.replaceAll(/[\^[\]\s_-]/g, '').toLowerCase()
  const [, mass, name] = /^(\d{1,3}m?)([a-z]{1,12})$/.exec(plain) ?? []
  const [, other, number] = /^([a-z]{1,12}?)(\d{1,3}m?)$/.exec(plain) ?? []
  const element = name ?? other
  const symbol = symbols[element ?? ''] ?? Object.values(symbols).find((each) => each.toLowerCase() === element)
  return symbol && `${symbol}-${mass ?? number}`
}
