/** Speed over the last seconds, from samples of a running total. */
const windowMilliseconds = 8000

export class Throughput {
  #samples: { at: number; bytes: number }[] = []
  #total = 0

  /** @param at milliseconds of a steady clock */
  add(bytes: number, at: number): void {
    this.#total += bytes
    const last = this.#samples.at(-1)
    // Several reports within a moment are one sample.
    if (last && at - last.at < 100) last.bytes = this.#total
    else this.#samples.push({ at, bytes: this.#total })
    while ((this.#samples[1]?.at ?? at) < at - windowMilliseconds) this.#samples.shift()
  }

  /** Bytes per second; 0 until there is enough to tell. */
  bytesPerSecond(at: number): number {
    const first = this.#samples[0]
    if (!first || at - first.at < 500) return 0
    return ((this.#total - first.bytes) * 1000) / (at - first.at)
  }

  /** After a pause: what was before says nothing about the speed now. */
  restart(): void {
    this.#samples = []
  }
}
