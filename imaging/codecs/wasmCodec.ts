import { ImagingError } from '../errors.ts'
import { codeStreamNames } from './codeStream.ts'
import type { CodeStreamKind } from './codeStream.ts'

export type WasmKind = Exclude<CodeStreamKind, 'jpeg-12-bit' | 'jpeg-lossless'>

/** The modules find their .wasm file beside themselves: by the file system in Node, by `fetch` in a browser. */
const codecs: Record<
  WasmKind,
  { load: () => Promise<{ default: EmscriptenFactory }>; decoder: Exclude<keyof EmscriptenModule, 'HEAPF64'> }
> = {
  jpeg: { load: () => import('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs'), decoder: 'JPEGDecoder' },
  'jpeg-ls': { load: () => import('@cornerstonejs/codec-charls/decodewasmjs'), decoder: 'JpegLSDecoder' },
  // OpenJPEG decodes HTJ2K as well. OpenJPH is faster, but a changed byte in a code stream can keep it busy for ever.
  'jpeg-2000': { load: () => import('@cornerstonejs/codec-openjpeg/decodewasmjs'), decoder: 'J2KDecoder' },
}

/** A codec starts with 50 MiB; what it keeps beyond this after a large image is given back. */
const keptBytes = 256 * 1024 * 1024

class Instance {
  readonly module: EmscriptenModule
  /** Most memory that the codec may take, in bytes. */
  limit = 0
  isOverLimit = false

  constructor(module: EmscriptenModule) {
    this.module = module
    // When the memory has grown, Emscripten sets its views one after the other, HEAPF64 last. An error there counts as "no
    // memory" for the codec, and at no other place: the codec goes on with the views.
    let heap = module.HEAPF64
    Object.defineProperty(module, 'HEAPF64', {
      get: () => heap,
      set: (grown: Float64Array) => {
        heap = grown
        this.isOverLimit = grown.byteLength > this.limit
        if (this.isOverLimit) throw new RangeError('The codec asks for too much memory.')
      },
    })
  }
}

const instances = new Map<WasmKind, Promise<Instance>>()

async function start(kind: WasmKind): Promise<Instance> {
  const { default: factory } = await codecs[kind].load()
  const silent = () => undefined
  return new Instance(await factory({ print: silent, printErr: silent }))
}

/** In bytes. */
export interface MemoryLimit {
  wanted: number
  allowed: number
}

export const beyondLimit = (name: string, allowed: number): ImagingError =>
  new ImagingError(
    'too-large',
    `The ${name} image needs more than the ${Math.floor(allowed / 2 ** 20)} MiB of memory that one reader may take here; the original file is kept and can be downloaded.`,
  )

export interface Decoded {
  /** Samples of one or two bytes, little-endian. */
  bytes: Uint8Array
  /** RRR...GGG...BBB instead of RGBRGB. */
  isPlanar: boolean
}

/**
 * Decodes a code stream. An instance in which anything went wrong is thrown away: its memory may be damaged.
 * @param limit what an image of this size can need, and what the thread allows; the smaller one holds
 * @throws ImagingError 'malformed', 'too-large'
 */
export async function decodeWithWasm(kind: WasmKind, bytes: Uint8Array, limit: MemoryLimit): Promise<Decoded> {
  const starting = instances.get(kind) ?? start(kind)
  instances.set(kind, starting)
  const instance = await starting
  // From here to the end nothing waits: planes that are asked for together share the instance.
  instance.limit = Math.max(Math.min(limit.wanted, limit.allowed), instance.module.HEAPF64.byteLength)
  try {
    const decoder = new instance.module[codecs[kind].decoder]!()
    decoder.getEncodedBuffer(bytes.length).set(bytes)
    decoder.decode()
    // OpenJPEG reports damage by giving nothing.
    if (decoder.getDecodedBuffer().length === 0) throw new Error('no samples')
    const decoded = {
      bytes: Uint8Array.from(decoder.getDecodedBuffer()),
      isPlanar: decoder.getInterleaveMode?.() === 0,
    }
    decoder.delete()
    if (instance.module.HEAPF64.byteLength > keptBytes) discard(kind, starting)
    return decoded
  } catch {
    discard(kind, starting)
    if (instance.isOverLimit && limit.allowed < limit.wanted) throw beyondLimit(codeStreamNames[kind], limit.allowed)
    if (instance.isOverLimit) {
      throw new ImagingError(
        'too-large',
        `The ${codeStreamNames[kind]} image wants more than ${limit.wanted} bytes of memory, far more than its pixels; it is damaged or made to harm.`,
      )
    }
    throw new ImagingError('malformed', `The ${codeStreamNames[kind]} image is damaged; bring the complete file again.`)
  }
}

function discard(kind: WasmKind, starting: Promise<Instance>): void {
  if (instances.get(kind) === starting) instances.delete(kind)
}
