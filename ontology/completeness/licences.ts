import { animalsOf, type Told } from './told.ts'

export interface Licence {
  approvalNumber: string
  committee?: string
  animalsApproved?: number
  animalsUsed: number
  warnings: string[]
}

/** Animals used under each approval: those with a session, event or study that names it, or of a project that has but one. */
export function animalsPerLicence(told: Told): Licence[] {
  const approvals = new Map(told.projects.flatMap((p) => (p.ethics ?? []).map((e) => [e.approvalNumber, e] as const)))
  const used = new Map<string, Set<string>>()
  const isAnimal = new Set(animalsOf(told).map(({ id }) => id))
  const days = new Map<string, string[]>()
  const count = (approval: string | undefined, subjectId: string, day: string | undefined) => {
    const number = approval ?? (approvals.size === 1 ? [...approvals.keys()][0] : undefined)
    if (number === undefined || !isAnimal.has(subjectId)) return
    used.set(number, (used.get(number) ?? new Set()).add(subjectId))
    if (day) days.set(number, [...(days.get(number) ?? []), day])
  }
  const studyOf = new Map(told.studies.map((study) => [study.id, study]))
  const sessionOf = new Map(told.sessions.map((session) => [session.id, session]))
  for (const series of told.series) {
    const session = sessionOf.get(series.sessionId)
    for (const subjectId of series.subjectIds ?? [])
      count(
        session?.ethicsApproval ?? studyOf.get(series.studyId)?.ethicsApproval,
        subjectId,
        session?.start?.dateTime.slice(0, 10),
      )
  }
  for (const event of told.events) count(event.ethicsApproval, event.subjectId, event.start.dateTime.slice(0, 10))
  return [...new Set([...approvals.keys(), ...used.keys()])].map((approvalNumber) => {
    const approval = approvals.get(approvalNumber)
    const animalsUsed = used.get(approvalNumber)?.size ?? 0
    const outside = (days.get(approvalNumber) ?? []).filter(
      (day) => (approval?.validFrom && day < approval.validFrom) || (approval?.validUntil && day > approval.validUntil),
    )
    return {
      approvalNumber,
      ...(approval && { committee: approval.committee }),
      ...(approval?.animalsApproved && { animalsApproved: approval.animalsApproved }),
      animalsUsed,
      warnings: [
        ...(approval ? [] : ['No project here has an approval of this number.']),
        ...(approval?.animalsApproved && animalsUsed > approval.animalsApproved
          ? [`${animalsUsed} animals were used, ${approval.animalsApproved} are approved.`]
          : []),
        ...(outside.length > 0
          ? [`${new Set(outside).size} days lie outside of its dates (${outside.toSorted()[0]} is one).`]
          : []),
      ],
    }
  })
}
