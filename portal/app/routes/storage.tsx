import { Link } from 'react-router'
import type { Route } from './+types/storage.ts'
import { apiOf } from '../api.server.ts'
import { FactList } from '../components/factList.tsx'
import { PageHeader } from '../components/pageHeader.tsx'
import { RecordTable, type Column } from '../components/recordTable.tsx'
import type { Storage } from '../contract.ts'
import { counted, formatBytes, formatCount } from '../format.ts'

const kindText: Record<keyof Storage['derived']['kinds'], string> = {
  planes: 'Planes',
  coarse: 'Reduced images',
  levels: 'Levels of large planes',
  animation: 'Animations',
  thumbnail: 'Thumbnails',
  tags: 'Header entries',
}

const columns: Column<Storage['projects'][number]>[] = [
  { id: 'title', title: 'Project', cell: ({ id, title }) => <Link to={`/projects/${id}`}>{title}</Link> },
  { id: 'files', title: 'Files', number: true, by: (row) => row.fileCount, cell: (row) => formatCount(row.fileCount) },
  {
    id: 'originals',
    title: 'Originals',
    number: true,
    by: (row) => row.originalBytes,
    cell: (row) => formatBytes(row.originalBytes),
  },
  {
    id: 'derived',
    title: 'Derived',
    number: true,
    by: (row) => row.derivedBytes,
    cell: (row) => formatBytes(row.derivedBytes),
  },
]

export async function loader({ request, context }: Route.LoaderArgs) {
  return apiOf({ request, context }).get<Storage>('/storage')
}

export default function StoragePage({ loaderData }: Route.ComponentProps) {
  const { originals, derived, projects, projectCount } = loaderData
  const limit = derived.limitBytes === null ? 'no limit' : `at most ${formatBytes(derived.limitBytes)}`
  return (
    <>
      <title>Storage · Vivarchive</title>
      <PageHeader title="Storage" />
      <FactList
        facts={[
          {
            label: 'Originals',
            text: `${formatBytes(originals.byteCount)} in ${counted(originals.blobCount, 'file')}`,
          },
          { label: 'Derived', text: `${formatBytes(derived.byteCount)}, ${limit}` },
          ...Object.entries(kindText).map(([kind, label]) => ({
            label,
            text: formatBytes(derived.kinds[kind as keyof typeof kindText]),
          })),
        ]}
      />
      <p className="dim">
        Derived files are made of the originals. When they need more space than they may, planes, reduced images and
        animations that nobody has looked at for longest go; they are made again when somebody looks. Equal files are
        stored once; here they count for each project that has them.
      </p>
      {projects.length === 0 ? (
        <p>There is no project yet.</p>
      ) : (
        <RecordTable label="Space taken up by projects" rows={projects} columns={columns} />
      )}
      {projectCount > projects.length && (
        <p className="dim">
          The {formatCount(projects.length)} projects of {formatCount(projectCount)} that take up most space.
        </p>
      )}
    </>
  )
}
