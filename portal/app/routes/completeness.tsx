/** What is missing in a study, and what can be said of it: profiles, the next best edits, ARRIVE sheet, methods. */
import { Badge, Progress } from '@mantine/core'
import { Link } from 'react-router'
import { entities } from '#ontology/index.ts'
import type { Project } from '#ontology/entities/project.ts'
import type { Study } from '#ontology/entities/study.ts'
import type { Route } from './+types/completeness.ts'
import { apiOf } from '../api.server.ts'
import { CopyButton } from '../components/copyButton.tsx'
import { PageHeader } from '../components/pageHeader.tsx'
import styles from '../study/completeness.module.css'
import { StudyTabs } from '../study/studyTabs.tsx'
import { counted } from '../format.ts'

interface Fix {
  title: string
  entity: string
  field?: string
  event?: string
  records: { id: string; label: string }[]
  profiles: { profile: string; item: string }[]
  series: number
  edits: number
}
interface Found {
  series: number
  partial: boolean
  profiles: { key: string; title: string; version: string; about: string; asked: number; met: number }[]
  fixes: Fix[]
}
interface Report {
  arrive: { item: string; title: string; text: string; recorded: boolean }[]
  methods: string
  licences: {
    approvalNumber: string
    committee?: string
    animalsApproved?: number
    animalsUsed: number
    warnings: string[]
  }[]
}

/** Edits that are shown; what comes after them helps little. */
const mostFixes = 40
/** Records that are named at an edit; the others are counted. */
const mostNames = 6

export async function loader({ request, context, params }: Route.LoaderArgs) {
  const api = apiOf({ request, context })
  const study = await api.get<Study>(`/studies/${params.id}`)
  const [project, found, report] = await Promise.all([
    api.get<Project>(`/projects/${study.projectId}`),
    api.get<Found>(`/studies/${study.id}/completeness`),
    api.get<Report>(`/studies/${study.id}/report`),
  ])
  const kinds = Object.fromEntries(entities.map(({ name, title }) => [name, title]))
  return { study, project, found, report, kinds }
}

export const handle = { width: 'wide' }

/** The page where a record is edited. */
function placeOf(entity: string, id: string, studyId: string, byEvent: boolean): string {
  if (byEvent || entity === 'Subject' || entity === 'Event' || entity === 'Enrolment') return `/subjects/${id}`
  if (entity === 'ImageSeries') return `/series/${id}`
  return entity === 'Project' ? `/projects/${id}` : `/studies/${studyId}`
}

export default function Completeness({ loaderData }: Route.ComponentProps) {
  const { study, project, found, report, kinds } = loaderData
  const titles = new Map(found.profiles.map(({ key, title }) => [key, title]))
  const told = report.arrive.filter(({ recorded }) => recorded).length
  return (
    <>
      <title>{`Completeness of ${study.title} · Vivarchive`}</title>
      <PageHeader
        crumbs={[
          { label: 'My work', to: '/work' },
          { label: project.title, to: `/projects/${project.id}` },
        ]}
        title={study.title}
        meta={
          <span>
            {found.partial ? 'The newest ' : ''}
            {counted(found.series, 'image series', 'image series')} looked at, as the record is now
          </span>
        }
      />
      <StudyTabs studyId={study.id} />
      <ul className={styles.profiles}>
        {found.profiles.map(({ key, title, version, about, asked, met }) => (
          <li key={key} title={about}>
            <div className={styles.profile}>
              <strong>{title}</strong>
              <span>{asked === 0 ? '–' : `${Math.floor((100 * met) / asked)} %`}</span>
            </div>
            <Progress
              value={asked === 0 ? 0 : (100 * met) / asked}
              size={6}
              aria-label={`${title}: ${met} of ${asked}`}
              color={met === asked ? 'green' : 'petrol'}
            />
            <small className="dim">
              {asked === 0 ? 'Asks nothing of this study' : `${met} of ${asked}`} · {version}
            </small>
          </li>
        ))}
      </ul>
      <section aria-labelledby="fixes">
        <h2 id="fixes">What to enter next</h2>
        {found.fixes.length === 0 ? (
          <p>Nothing is missing.</p>
        ) : (
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">Enter</th>
                <th scope="col">For</th>
                <th scope="col">Asked for by</th>
                <th scope="col" className={styles.number}>
                  Edits
                </th>
                <th scope="col" className={styles.number}>
                  Series helped
                </th>
              </tr>
            </thead>
            <tbody>
              {found.fixes.slice(0, mostFixes).map((fix) => (
                <FixRow
                  key={`${fix.entity} ${fix.field ?? ''} ${fix.title}`}
                  {...{ fix, kinds, titles, studyId: study.id }}
                />
              ))}
            </tbody>
          </table>
        )}
        {found.fixes.length > mostFixes && (
          <p className="dim">{counted(found.fixes.length - mostFixes, 'further edit')} would help less.</p>
        )}
      </section>
      <section aria-labelledby="arrive" className={styles.section}>
        <h2 id="arrive">ARRIVE 2.0 sheet</h2>
        <p className="dim">
          {told} of {report.arrive.length} items can be told from the record.
        </p>
        <table className={styles.table}>
          <tbody>
            {report.arrive.map(({ item, title, text, recorded }) => (
              <tr key={item} data-empty={!recorded || undefined}>
                <th scope="row" className={styles.item}>
                  {item}
                </th>
                <td className={styles.ask}>{title}</td>
                <td>{text}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <section aria-labelledby="methods" className={styles.section}>
        <div className={styles.head}>
          <h2 id="methods">Methods paragraph</h2>
          <CopyButton text={report.methods} />
        </div>
        <p className={styles.prose}>{report.methods}</p>
      </section>
      <section aria-labelledby="licences" className={styles.section}>
        <h2 id="licences">Animals per ethics approval</h2>
        {report.licences.length === 0 ? (
          <p className="dim">No ethics approval is recorded in the project.</p>
        ) : (
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">Approval</th>
                <th scope="col">Committee</th>
                <th scope="col" className={styles.number}>
                  Used
                </th>
                <th scope="col" className={styles.number}>
                  Approved
                </th>
                <th scope="col">Check</th>
              </tr>
            </thead>
            <tbody>
              {report.licences.map((licence) => (
                <tr key={licence.approvalNumber}>
                  <th scope="row">{licence.approvalNumber}</th>
                  <td>{licence.committee ?? '–'}</td>
                  <td className={styles.number}>{licence.animalsUsed}</td>
                  <td className={styles.number}>{licence.animalsApproved ?? 'not recorded'}</td>
                  <td>{licence.warnings.join(' ')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
    </>
  )
}

interface RowProps {
  fix: Fix
  kinds: Record<string, string>
  titles: ReadonlyMap<string, string>
  studyId: string
}

function FixRow({ fix, kinds, titles, studyId }: RowProps) {
  const { title, entity, event, records, profiles, edits, series } = fix
  const groups = [...Map.groupBy(profiles, ({ profile }) => profile)]
  const more = records.length - mostNames
  return (
    <tr>
      <th scope="row">{title}</th>
      <td>
        <span className="dim">{event || entity === 'Event' ? 'Subject' : kinds[entity]} </span>
        {records.slice(0, mostNames).map(({ id, label }, n) => (
          <span key={id}>
            {n > 0 && ', '}
            <Link to={placeOf(entity, id, studyId, Boolean(event))}>{label}</Link>
          </span>
        ))}
        {more > 0 && <span className="dim"> and {more} more</span>}
      </td>
      <td>
        <span className={styles.badges}>
          {groups.map(([key, items]) => (
            <Badge key={key} size="sm" variant={key === 'publish' ? 'filled' : 'default'} tt="none" fw={500} maw="none">
              {titles.get(key)}
              {key === 'publish' ? '' : ` ${items.map(({ item }) => item).join(', ')}`}
            </Badge>
          ))}
        </span>
      </td>
      <td className={styles.number}>{edits}</td>
      <td className={styles.number}>{series}</td>
    </tr>
  )
}
