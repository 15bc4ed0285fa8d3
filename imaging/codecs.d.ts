/** The codecs have no types of their own that fit; these are the parts that are used. */
interface EmscriptenDecoder {
  /** Room for the compressed bytes, inside the memory of the module. */
  getEncodedBuffer(length: number): Uint8Array
  /** @throws a number (the address of a C++ exception), an Error of WebAssembly, or text */
  decode(): void
  getDecodedBuffer(): ArrayLike<number>
  /** JPEG-LS: 0 = RRR...GGG...BBB. */
  getInterleaveMode?(): number
  delete(): void
}

interface EmscriptenModule {
  /** Set again each time the memory has grown. */
  HEAPF64: Float64Array
  JPEGDecoder?: new () => EmscriptenDecoder
  JpegLSDecoder?: new () => EmscriptenDecoder
  J2KDecoder?: new () => EmscriptenDecoder
}

type EmscriptenFactory = (options: {
  print: (line: string) => void
  printErr: (line: string) => void
}) => Promise<EmscriptenModule>

declare module '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs' {
  const factory: EmscriptenFactory
  export default factory
}

declare module '@cornerstonejs/codec-charls/decodewasmjs' {
  const factory: EmscriptenFactory
  export default factory
}

declare module '@cornerstonejs/codec-openjpeg/decodewasmjs' {
  const factory: EmscriptenFactory
  export default factory
}
