/** Password hashes: argon2id with the parameters of RFC 9106 section 4, second recommended option. */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(argon2)
const cost = { memory: 65536, passes: 3, parallelism: 4, tagLength: 32 }

/** PHC string of a new hash. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16)
  const tag = await derive('argon2id', { message: Buffer.from(password.normalize('NFKC')), nonce, ...cost })
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${nonce.toString('base64url')}$${tag.toString('base64url')}`
}

/** Whether the password fits the PHC string; compares in constant time, and spends the same time when there is no hash. */
export async function verifyPassword(password: string, phc: string | null): Promise<boolean> {
  const [, , , parameters, nonce, tag] = (phc ?? absent).split('$')
  const number = (name: string) => Number(new RegExp(`${name}=(\\d+)`).exec(parameters ?? '')?.[1])
  const expected = Buffer.from(tag ?? '', 'base64url')
  const found = await derive('argon2id', {
    message: Buffer.from(password.normalize('NFKC')),
    nonce: Buffer.from(nonce ?? '', 'base64url'),
    memory: number('m'),
    passes: number('t'),
    parallelism: number('p'),
    tagLength: expected.length,
  })
  return timingSafeEqual(found, expected) && phc !== null
}

/** Stands in for the hash of somebody who does not exist, so that guessing names takes as long as guessing passwords. */
const absent = `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${Buffer.alloc(16).toString('base64url')}$${Buffer.alloc(32).toString('base64url')}`
