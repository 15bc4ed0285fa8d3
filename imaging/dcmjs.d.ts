/** dcmjs has no types of its own; these are the parts that are used. */
declare module 'dcmjs/dictionary' {
  /** By "(GGGG,EEEE)", by "(ggxx,EEEE)" for repeating groups, and by '(gggg,"creator",ee)' for private attributes. */
  export const dictionary: Record<string, { tag: string; vr: string; name: string; vm: string; version: string }>
}
