/** Every address of the portal and the file that answers it. */
import { index, route, type RouteConfig } from '@react-router/dev/routes'

export default [
  index('routes/home.tsx'),
  route('registry', 'routes/registry.tsx'),
  route('datasets/:id', 'routes/dataset.tsx'),
  route('series/:id', 'routes/series.tsx'),
  route('ai-datasets/new', 'routes/aiDatasetNew.tsx'),
  route('ai-datasets/:id', 'routes/aiDataset.tsx'),
  route('sign-in', 'routes/signIn.tsx'),
  route('sign-out', 'routes/signOut.ts'),
  route('account', 'routes/account.tsx'),
  route('work', 'routes/work.tsx'),
  route('projects/:id', 'routes/project.tsx'),
  route('studies/:id', 'routes/study.tsx'),
  route('studies/:id/subjects', 'routes/studySubjects.tsx'),
  route('studies/:id/completeness', 'routes/completeness.tsx'),
  route('studies/:id/tables/:table?', 'routes/studyTables.tsx'),
  route('table-imports/:id', 'routes/tableImport.tsx'),
  route('subjects/:id', 'routes/subject.tsx'),
  route('imports/:id', 'routes/import.tsx'),
  route('view', 'routes/view.tsx'),
  route('submissions', 'routes/submissions.tsx'),
  route('admin/users', 'routes/users.tsx'),
  route('admin/audit', 'routes/audit.tsx'),
  route('admin/storage', 'routes/storage.tsx'),
  route('*', 'routes/notFound.ts'),
] satisfies RouteConfig
