/** Random secrets that people carry (cookies, tokens); only their SHA-256 is kept. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** 256 random bits, base64url. */
export const newSecret = (): string => randomBytes(32).toString('base64url')
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** `payload.signature`, so that what comes back is what went out. */
export function sign(key: string, purpose: string, payload: string): string {
  return `${payload}.${createHmac('sha256', key).update(`${purpose}\n${payload}`).digest('base64url')}`
}

/** The payload of a signed text, or null when it was tampered with. */
export function unsign(key: string, purpose: string, signed: string): string | null {
  const dot = signed.lastIndexOf('.')
  if (dot < 0) return null
  const payload = signed.slice(0, dot)
  const [a, b] = [Buffer.from(sign(key, purpose, payload)), Buffer.from(signed)]
  return a.length === b.length && timingSafeEqual(a, b) ? payload : null
}
