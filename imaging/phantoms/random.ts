/** A stream of pseudo-random numbers that is the same on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number
  /** Uniform in [low, high). */
  between(low: number, high: number): number
  /** Near-normal with mean 0 and standard deviation 1 (sum of four uniforms; never beyond 3.5). */
  normal(): number
}

/** The generator "mulberry32" (Tommy Ettinger, public domain): 32 bits of state, enough for pictures. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  return {
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    normal: () => (uniform() + uniform() + uniform() + uniform() - 2) * Math.sqrt(3),
  }
}
