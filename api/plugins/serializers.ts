/** Writers of answers, made when the first such answer is sent. */
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler'

type Factory = ReturnType<typeof SerializerSelector>

/**
 * Fastify's own writers, each made when it is first used: made at the start, a few hundred of them take a second and, until
 * the next collection, hundreds of megabytes, because each of them checks all named schemas anew.
 */
export const lazySerializers: Factory = (schemas, options) => {
  const build = SerializerSelector()(schemas, options)
  return (route) => {
    let write: ReturnType<typeof build> | null = null
    return (answer) => (write ??= build(route))(answer)
  }
}
