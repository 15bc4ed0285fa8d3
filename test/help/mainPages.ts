import type { DemoSite } from './site.ts'

export interface MainPage {
  name: string
  path: string
  /** Demo account that opens it; absent: anybody. */
  who?: string
  /** Draws with WebGL: counts neither for the budget of script nor for pictures of the whole page. */
  viewer?: boolean
}

/** Every main page of the portal with an address that shows something in the demo facility. */
export async function mainPages(site: DemoSite): Promise<MainPage[]> {
  const editor = 'editor@demo.test'
  const cookie = await site.signIn(editor)
  /** The one of a list that has the most series. */
  const richest = async (list: string): Promise<{ id: string }> => {
    const { items } = (await site.get(list, cookie)) as { items: { id: string }[] }
    const kind = list.split('?')[0]
    const counts = await Promise.all(items.map(({ id }) => site.get(`${kind}/${id}/summary`, cookie)))
    const most = Math.max(...counts.map(({ series }) => Number(series)))
    return items[counts.findIndex(({ series }) => series === most)]!
  }
  const datasets = (await site.get('/search?type=dataset&sort=-date&limit=50')).items
  const series = (await site.get('/search?type=series&facet.Modality=PT&limit=1')).items[0]
  const project = await richest('/projects?limit=50')
  const study = await richest(`/studies?projectId=${project.id}&limit=50`)
  const subject = (await site.get(`/subjects?studyId=${study.id}&limit=1`, cookie)).items[0]
  return [
    { name: 'home', path: '/' },
    { name: 'registry', path: '/registry' },
    { name: 'registry-search', path: '/registry?q=FDG&facet.Modality=PT' },
    { name: 'registry-table', path: '/registry?view=table' },
    { name: 'registry-nothing', path: '/registry?q=qqqqqqqq&facet.Sex=F' },
    { name: 'dataset', path: `/datasets/${datasets[0].id}` },
    { name: 'series', path: `/series/${series.id}` },
    { name: 'not-found', path: '/datasets/00000000000000000000000000' },
    { name: 'sign-in', path: '/sign-in' },
    { name: 'work', path: '/work', who: editor },
    { name: 'project', path: `/projects/${project.id}`, who: editor },
    { name: 'study-manager', path: `/studies/${study.id}`, who: editor },
    { name: 'study-subjects', path: `/studies/${study.id}/subjects`, who: editor },
    { name: 'study-completeness', path: `/studies/${study.id}/completeness`, who: editor },
    { name: 'study-tables', path: `/studies/${study.id}/tables/events.agentAdministration`, who: editor },
    { name: 'subject', path: `/subjects/${subject.id}`, who: editor },
    { name: 'ai-dataset-new', path: '/ai-datasets/new?query=q%3Dmouse', who: editor },
    { name: 'ai-dataset', path: `/ai-datasets/${await aiDataset(site, cookie)}`, who: editor },
    { name: 'account', path: '/account', who: editor },
    { name: 'submissions', path: '/submissions', who: 'curator@demo.test' },
    { name: 'users', path: '/admin/users', who: 'admin@demo.test' },
    { name: 'audit', path: '/admin/audit', who: 'admin@demo.test' },
    { name: 'storage', path: '/admin/storage', who: 'admin@demo.test' },
    { name: 'viewer', path: `/view?series=${series.id}`, viewer: true },
  ]
}

/** A dataset for machine learning of all public series, made. */
async function aiDataset(site: DemoSite, cookie: string): Promise<string> {
  const answer = await fetch(`${site.address}/api/v1/ai-datasets`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json', origin: site.address },
    body: JSON.stringify({
      title: 'Mice by strain',
      query: 'q=mouse',
      format: 'original',
      labelFacet: 'Strain',
      split: { groupBy: ['bed'], shares: { train: 0.7, validation: 0.15, test: 0.15 }, seed: 1 },
    }),
  })
  const { id } = (await answer.json()) as { id: string }
  for (let attempt = 0; attempt < 100; attempt++) {
    const { state } = (await site.get(`/ai-datasets/${id}`, cookie)) as { state: string }
    if (state !== 'building') break
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return id
}
