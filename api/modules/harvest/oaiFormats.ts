/** The formats in which OAI-PMH hands out a dataset. */
import { dataCiteResource } from '#api/exports/dataCite.ts'
import { dublinCore } from '#api/exports/dublinCore.ts'
import type { Published, Site, View } from '#api/exports/published.ts'

export interface Format {
  schema: string
  namespace: string
  metadata(dataset: Published, site: Site): View
}

export const oaiFormats: Record<string, Format> = {
  oai_dc: {
    schema: 'http://www.openarchives.org/OAI/2.0/oai_dc.xsd',
    namespace: 'http://www.openarchives.org/OAI/2.0/oai_dc/',
    metadata: (dataset, site) => ({ 'oai_dc:dc': dublinCore(dataset, site) }),
  },
  oai_datacite: {
    schema: 'http://schema.datacite.org/oai/oai-1.1/oai.xsd',
    namespace: 'http://schema.datacite.org/oai/oai-1.1/',
    metadata: (dataset, site) => ({
      oai_datacite: {
        '@xmlns': 'http://schema.datacite.org/oai/oai-1.1/',
        '@xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
        '@xsi:schemaLocation': 'http://schema.datacite.org/oai/oai-1.1/ http://schema.datacite.org/oai/oai-1.1/oai.xsd',
        schemaVersion: '4.7',
        datacentreSymbol: site.name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '.'),
        payload: { resource: dataCiteResource(dataset, site) },
      },
    }),
  },
  datacite4: {
    schema: 'https://schema.datacite.org/meta/kernel-4.7/metadata.xsd',
    namespace: 'http://datacite.org/schema/kernel-4',
    metadata: (dataset, site) => ({ resource: dataCiteResource(dataset, site) }),
  },
}
