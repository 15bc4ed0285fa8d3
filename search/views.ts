/** What people find, and which other records speak for it. A new kind of hit is one entry here. */
import type { Step } from './graph.ts'

export interface View {
  /** Type of its documents. */
  type: 'project' | 'study' | 'subject' | 'series'
  /** Entity that a document is made for. */
  root: string
  steps: readonly Step[]
}

const refers = (from: string, to: string, more: Partial<Step> = {}): Step => ({
  from,
  to,
  direction: 'refers',
  ...more,
})
const referredBy = (from: string, to: string, more: Partial<Step> = {}): Step => ({
  from,
  to,
  direction: 'isReferredTo',
  ...more,
})
const inside = { inside: true }

export const seriesView: View = {
  type: 'series',
  root: 'ImageSeries',
  steps: [
    refers('ImageSeries', 'ImagingSession'),
    refers('ImagingSession', 'Study'),
    refers('Study', 'Project'),
    refers('Project', 'Person'),
    refers('Project', 'Organization'),
    refers('ImagingSession', 'Instrument'),
    refers('ImageSeries', 'Subject'),
    referredBy('Subject', 'Event', { ofSessions: true }),
    refers('Event', 'Agent'),
    referredBy('ImageSeries', 'Annotation'),
    referredBy('ImageSeries', 'Segmentation'),
  ],
}

export const views: readonly View[] = [
  {
    type: 'project',
    root: 'Project',
    steps: [
      refers('Project', 'Person'),
      refers('Project', 'Organization'),
      referredBy('Project', 'Study', inside),
      referredBy('Project', 'Subject', inside),
      referredBy('Study', 'ImagingSession', inside),
      refers('ImagingSession', 'Instrument', inside),
      referredBy('ImagingSession', 'ImageSeries', inside),
      referredBy('Subject', 'Event', inside),
      refers('Event', 'Agent', inside),
    ],
  },
  {
    type: 'study',
    root: 'Study',
    steps: [
      refers('Study', 'Project'),
      refers('Study', 'Person'),
      refers('Study', 'Subject', inside),
      referredBy('Study', 'ImagingSession', inside),
      refers('ImagingSession', 'Instrument', inside),
      referredBy('ImagingSession', 'ImageSeries', inside),
      referredBy('Subject', 'Event', { ...inside, ofSessions: true }),
      refers('Event', 'Agent', inside),
    ],
  },
  {
    type: 'subject',
    root: 'Subject',
    steps: [
      refers('Subject', 'Project'),
      referredBy('Subject', 'Study', inside),
      referredBy('Subject', 'ImageSeries', inside),
      refers('ImageSeries', 'ImagingSession', inside),
      refers('ImagingSession', 'Instrument', inside),
      referredBy('Subject', 'Event'),
      refers('Event', 'Agent'),
    ],
  },
  seriesView,
]
