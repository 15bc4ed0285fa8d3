/** How long an import of rows takes, and whether it grows as the rows do: 10,000 beside 100,000 weights by CSV and XLSX. */
import { writeXlsx } from 'hucre/xlsx'
import { openSite } from '../help/app.ts'
import { makeWorld } from '../help/world.ts'

const animals = 500

const header = ['Animal', 'Time', 'What', 'Weight (g)']
const rowOf = (n: number): (string | number)[] => {
  const day = new Date(Date.UTC(2025, 2, 1) + Math.floor(n / animals) * 86_400_000).toISOString().slice(0, 10)
  return [`B-${n % animals}`, `${day} 09:00`, 'body weight', 18 + (n % 80) / 10]
}

async function measure(count: number, format: 'csv' | 'xlsx'): Promise<{ plan: number; write: number; undo: number }> {
  const site = await openSite()
  try {
    await site.ctx.jobs.start(site.ctx)
    const { owner, p } = await makeWorld(site)
    const table = `/api/v1/studies/${p.studyId}/tables`
    const cells = Array.from({ length: animals }, (_, n) => ({
      cells: { localId: `B-${n}`, 'animal.sex': 'F', species: 'mouse' },
    }))
    await owner.make(`${table}/subjects.animal/rows`, { rows: cells })
    const rows = [header, ...Array.from({ length: count }, (_, n) => rowOf(n))]
    const file =
      format === 'csv'
        ? Buffer.from(rows.map((row) => row.join(',')).join('\n'))
        : Buffer.from(await writeXlsx({ sheets: [{ name: 'Weights', rows }] }))
    const settled = async (id: string) => {
      await site.ctx.jobs.idle()
      return (await owner.get(`/api/v1/table-imports/${id}`)).json()
    }
    let started = performance.now()
    const lap = () => {
      const seconds = (performance.now() - started) / 1000
      started = performance.now()
      return seconds
    }
    const answer = await site.app.inject({
      method: 'POST',
      url: `${table}/events.measurement/imports`,
      headers: { ...owner.headers, 'content-type': 'application/octet-stream' },
      payload: file,
    })
    const planned = await settled(answer.json().id)
    if (planned.counts?.added !== count) throw new Error(`planned ${JSON.stringify(planned)}`)
    const plan = lap()
    await owner.make(`/api/v1/table-imports/${planned.id}/write`, {})
    const written = await settled(planned.id)
    if (written.state !== 'written') throw new Error(`written ${JSON.stringify(written)}`)
    const write = lap()
    await owner.make(`/api/v1/table-imports/${planned.id}/undo`, {})
    const undone = await settled(planned.id)
    if (undone.state !== 'undone' || undone.counts.kept !== 0) throw new Error(`undone ${JSON.stringify(undone)}`)
    return { plan, write, undo: lap() }
  } finally {
    await site.close()
  }
}

const sizes = process.argv[2] ? [Number(process.argv[2])] : [10_000, 100_000]
console.log('rows     format  plan s  write s  both s  per 1000 rows s  undo s')
for (const format of ['csv', 'xlsx'] as const)
  for (const count of sizes) {
    const { plan, write, undo } = await measure(count, format)
    const both = plan + write
    const columns = [plan, write, both, both / (count / 1000), undo].map((value) => value.toFixed(2).padStart(7))
    console.log(String(count).padEnd(8), format.padEnd(6), columns.join(' '))
  }
