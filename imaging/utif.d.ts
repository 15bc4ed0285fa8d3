/** utif has no types of its own; these are the parts that are used. */
declare module 'utif' {
  const utif: {
    decode: {
      /** Codes of ITU-T T.4 as bit strings: runs of white, runs of black. */
      _lens: [Record<string, number>, Record<string, number>]
      /** Vertical mode codes of ITU-T T.4 and T.6 as bit strings. */
      _dmap: Record<string, number>
    }
  }
  export default utif
}
