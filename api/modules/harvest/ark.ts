/** The resolver of our ARKs: to a landing page, a version of it, or the bytes of a file. */
import type { FastifyInstance } from 'fastify'
import type { Context } from '#api/context.ts'
import { notFound } from '#api/errors.ts'
import { addressesOf, filesOf, siteOf } from '#api/exports/published.ts'
import { getDataset } from '#api/modules/datasets/read.ts'
import { arkOf, readArk } from '#api/pids/ark.ts'
import { callerOf } from '#api/plugins/signIn.ts'

export async function arkRoutes(app: FastifyInstance, ctx: Context): Promise<void> {
  const site = siteOf(ctx.config)
  // In an address of Fastify, two colons are one.
  app.get('/ark::*', { config: { access: 'public' }, schema: { hide: true } }, async (request, reply) => {
    const [address = '', query] = request.url.split('?', 2)
    const ark = address.slice(1)
    const target = readArk(site.naan, ark)
    if (!target) throw notFound('ARK', ark.slice(0, 100))
    const dataset = await getDataset(ctx, callerOf(request), target.datasetId)
    const { page } = addressesOf(dataset, site)
    reply.header('cache-control', 'public, max-age=300')
    if (query === 'info') return reply.type('text/plain; charset=utf-8').send(kernel(dataset))
    if (target.path !== undefined) {
      const file = filesOf(dataset, site).find(({ path }) => path === target.path)
      if (!file) throw notFound('file of this dataset', target.path)
      return reply.redirect(file.address, 302)
    }
    if (target.version === undefined || target.version === dataset.versionNumber) return reply.redirect(page, 302)
    if (target.version > dataset.versionNumber) throw notFound('version of this dataset', String(target.version))
    return reply.redirect(`${page}?version=${target.version}`, 302)
  })

  /** Kernel metadata: who, what, when, where, and what is promised (draft-kunze-ark, 5.1). */
  function kernel(dataset: Awaited<ReturnType<typeof getDataset>>): string {
    const { pid } = addressesOf(dataset, site)
    const line = (name: string, text: string) => `${name}: ${text.replaceAll(/\s+/g, ' ')}\n`
    return [
      'erc:\n',
      line('who', dataset.creators.map(({ name }) => name).join('; ') || '(:unkn)'),
      line('what', dataset.title),
      line('when', (dataset.publishedAt ?? dataset.createdAt).slice(0, 10)),
      line('where', `${pid} (${arkOf(site.naan, dataset.id)})`),
      line(
        'how',
        dataset.state === 'withdrawn' ? 'withdrawn; the description stays' : `version ${dataset.versionNumber}`,
      ),
      line(
        'persistence',
        'The identifier is never given to something else. The files of a version never change; when a dataset is withdrawn, its description stays.',
      ),
    ].join('')
  }
}
