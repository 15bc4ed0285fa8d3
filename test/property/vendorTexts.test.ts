/** Texts of the vendor formats in any order and with any value: an image, or an ImagingError. */
import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { phantomHeader } from '#imaging/phantoms/phantom.ts'
import { writeTiff } from '#imaging/write/tiff.ts'
import { fdfFile, procparText } from '../help/fdfFolder.ts'
import { useFiles } from './fuzzCase.ts'

const number = fc.oneof(fc.integer().map(String), fc.double().map(String), fc.constantFrom('0', '1', '2', '3', '-1', '1e308', '1e-308', '9007199254740993', '0x10', '4294967295')) // prettier-ignore
const hostile = fc.constantFrom('../../etc/passwd', '..\\..\\x.TIF', '/luminescent.TIF', '\0', '"', '{', '}', '<', '&lt;', '&#1114112;', '__proto__', 'constructor', '*** a', '') // prettier-ignore
const value = fc.oneof(number, hostile, fc.string({ maxLength: 12 }))
const runs = { numRuns: 300 }

describe('an FDF folder', () => {
  const names = ['rank', 'matrix', 'storage', 'bits', 'bigendian', 'span', 'roi', 'location', 'abscissa', 'ordinate', 'slice_no', 'slices', 'slab_no', 'echo_no', 'array_index', 'type', 'toString'] // prettier-ignore
  const given = fc.oneof(value, fc.array(fc.double(), { maxLength: 4 }), fc.array(fc.nat(3), { maxLength: 4 }))
  const good = { rank: 2, matrix: [2, 2], storage: 'float', bits: 32, bigendian: 0, span: [1, 1], location: [0, 0, 0] }

  it('is read or refused', async () => {
    const declared = fc.dictionary(fc.constantFrom(...names), given, { maxKeys: 6 })
    const parameter = fc.constantFrom('time_run', 'date', 'ident', 'comment', 'pslabel', '__proto__')
    const parameters = fc.dictionary(parameter, fc.array(value, { minLength: 1, maxLength: 3 }))
    await fc.assert(
      fc.asyncProperty(declared, declared, parameters, fc.boolean(), async (one, other, values, isFirst) => {
        const file = (own: typeof one, slice: number) => {
          const all = isFirst ? { ...own, ...good, slice_no: slice } : { ...good, slice_no: slice, ...own }
          return { path: `d.img/slice00${slice}image001echo001.fdf`, bytes: fdfFile(all, new Uint8Array(16)) }
        }
        await useFiles([file(one, 1), file(other, 2), { path: 'd.img/procpar', bytes: procparText(values) }])
      }),
      runs,
    )
  }, 120_000)
})

describe('a Vevo export', () => {
  const names = ['Mode-Name', 'B-Mode/Samples', 'B-Mode/Lines', 'B-Mode/Depth', 'B-Mode/Depth-Offset', 'B-Mode/Width', 'Pa-Mode/Samples', 'Pa-Mode/Lines', '3D-Step-Size', 'Acquired-Date', 'Acquired-Time', 'Study-Name', '__proto__'] // prettier-ignore
  const good: [string, string][] = [['B-Mode/Samples', '2'], ['B-Mode/Lines', '2'], ['Pa-Mode/Samples', '1'], ['Pa-Mode/Lines', '2']] // prettier-ignore

  it('is read or refused', async () => {
    const field = fc.oneof(fc.nat(9), fc.constantFrom(2 ** 32 - 1, 2 ** 31, 40, 56))
    const ending = fc.constantFrom('raw.bmode', 'raw.3d.bmode', 'raw.pamode', 'raw.3d.pamode')
    const rows = fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 8 })
    const fields = fc.tuple(field, field, field)
    await fc.assert(
      fc.asyncProperty(rows, fields, ending, async (own, [count, information, packet], name) => {
        const data = new Uint8Array(40 + 2 * 60)
        const view = new DataView(data.buffer)
        ;[3, count || 2, information || 8].forEach((v, i) => view.setUint32(i * 4, v, true))
        for (const at of [60, 120]) view.setUint32(at, packet || 4, true)
        for (const list of [
          [...own, ...good],
          [...good, ...own],
        ]) {
          const text = list.map(([key, words]) => `<parameter name="${key}" value="${words}" />`).join('\n')
          await useFiles([
            { path: `d/a.raw.xml`, bytes: Buffer.from(`<x>${text}</x>`) },
            { path: `d/a.${name}`, bytes: data },
          ])
        }
      }),
      runs,
    )
  }, 120_000)
})

describe('an IVIS click', () => {
  const headings = ['ClickNumber:', 'luminescent image:\tluminescent.TIF', 'luminescent image:', 'photographic image:\tphotograph.TIF', 'User Label Name Set:', 'User Input:', 'Camera System Info:', ''] // prettier-ignore
  const keys = ['Acquisition Date', 'Acquisition Time', 'Luminescent Exposure (Seconds)', 'Binning Factor', 'f Number', 'Field of View', 'Image Units', 'User', 'Sex', 'Animal Number', 'View', 'Coef C-ccd at FOV 1, f1', 'Living Image Version', 'System Configuration', '__proto__'] // prettier-ignore

  it('is read or refused', async () => {
    const header = phantomHeader({ modality: 'OT', shape: { x: 2, y: 2, z: 1, t: 1, c: 1 }, sampleType: 'float32', spacing: null }) // prettier-ignore
    const tiff = await writeTiff({ header, planes: () => [new Uint8Array(16)] })
    const line = fc.oneof(
      fc.tuple(fc.constantFrom(...keys), value).map(([key, words]) => `${key}:\t${words}`),
      fc.constantFrom(...headings).map((heading) => `*** ${heading}`),
      hostile.map((words) => `*** luminescent image:\t${words}`),
      fc.string({ maxLength: 20 }),
    )
    const text = fc.array(line, { maxLength: 20 }).map((lines) => `*** ClickNumber:\tx\n${lines.join('\n')}`)
    const image = fc.constantFrom(
      'luminescent.TIF',
      'photograph.TIF',
      'readbiasonly.TIF',
      'luminescentFloatCorrected.tif',
    )
    await fc.assert(
      fc.asyncProperty(text, text, image, async (click, analyzed, name) => {
        await useFiles([
          { path: 'd/ClickInfo.txt', bytes: Buffer.from(click, 'latin1') },
          { path: 'd/AnalyzedClickInfo.txt', bytes: Buffer.from(analyzed, 'latin1') },
          { path: `d/${name}`, bytes: tiff },
        ])
      }),
      runs,
    )
  }, 120_000)
})
