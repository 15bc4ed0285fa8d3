/** GET /projects/:id/summary and /studies/:id/summary */
export interface Summary {
  studies: number
  subjects: number
  sessions: number
  series: number
  bytes: number
  lastChange: string | null
}
