/** Kinds of entries on a timeline: icon and name. */
import {
  IconCamera,
  IconDroplet,
  IconHeartbeat,
  IconHome,
  IconLungs,
  IconPill,
  IconRuler2,
  IconVirus,
  type Icon,
} from '@tabler/icons-react'
import type { EventKind } from '#ontology/entities/event.ts'

export type EntryKind = EventKind | 'imaging'

/** In the order of their lanes. */
export const entryKinds: Record<EntryKind, { name: string; add: string; Icon: Icon }> = {
  modelInduction: { name: 'Disease model', add: 'Disease model', Icon: IconVirus },
  agentAdministration: { name: 'Agents', add: 'Agent given', Icon: IconDroplet },
  therapy: { name: 'Therapy', add: 'Therapy', Icon: IconPill },
  anaesthesia: { name: 'Anaesthesia', add: 'Anaesthesia', Icon: IconLungs },
  measurement: { name: 'Measurements', add: 'Measurement', Icon: IconRuler2 },
  monitoring: { name: 'Monitoring', add: 'Monitoring', Icon: IconHeartbeat },
  handling: { name: 'Handling', add: 'Housing, fasting, heating', Icon: IconHome },
  imaging: { name: 'Imaging', add: 'Imaging session', Icon: IconCamera },
}
