/** Sort key of a label: case, accents and the size of numbers as people expect ("M-2" before "M-10"). */
export function labelSort(label: string): string {
  return label
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/\d+/g, (digits) => digits.replace(/^0+(?=\d)/, '').padStart(8, '0'))
    .slice(0, 190)
}
