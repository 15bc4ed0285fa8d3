/**
 * How an animal was kept and watched as containers of a DICOM Acquisition Context: PS3.16 TID 8121 housing, 8122 feeding,
 * 8140 heating, 8150 light, 8170 monitoring.
 */
import type { ContentItem } from '#imaging/write/structuredReport.ts'
import { dicomCode, type DicomCode } from '#ontology/dicomCodes.ts'
import type { Event } from '#ontology/entities/event.ts'
import { channelUnits } from '#ontology/entities/events/monitoring.ts'
import { coded, container, count, dcm, item, moment, num, sct, text, yesNo } from './contentItems.ts'

const comment = dcm('121106', 'Comment')
const phaseName = dcm('127005', 'Animal handling during specified phase')

export function handlingItems({ handling: h, start, end }: Event, monitored: readonly Event[]): ContentItem[] {
  if (!h) return []
  return container(phaseName, [
    ...coded(dcm('127006', 'Phase of animal handling'), dicomCode('phase', h.phase)),
    ...moment(dcm('111526', 'DateTime Started'), start),
    ...moment(dcm('111527', 'DateTime Ended'), end),
    ...container(
      dcm('127120', 'Animal housing'),
      [
        ...coded(dcm('127121', 'Animal room type'), dicomCode('roomType', h.roomType)),
        ...text(dcm('127128', 'Housing unit product name'), h.housingUnit),
        ...count(dcm('127143', 'Number of animals within same housing unit'), h.animalsPerUnit, '{animals}'),
        ...yesNo(dcm('127170', 'Housing individually ventilated'), h.individuallyVentilated),
        ...num(['C90380', 'NCIt', 'Environmental temperature'], h.temperature),
        ...num(['C90395', 'NCIt', 'Housing humidity'], h.humidity),
        ...coded(['C90366', 'NCIt', 'Bedding material'], dicomCode('bedding', h.bedding)),
        ...yesNo(dcm('127192', 'Enrichment material present'), h.enriched),
        ...text(dcm('127190', 'Enrichment material'), h.enrichment),
      ],
      '8121',
    ),
    ...container(
      sct('75118006', 'Feeding'),
      [
        ...coded(sct('82566005', 'Animal feed'), dicomCode('feed', h.feed)),
        ...text(dcm('127201', 'Feed product name'), h.feedProduct),
        ...coded(['C0015746', 'UMLS', 'Feeding method'], dicomCode('feeding', h.feeding)),
        ...coded(sct('11713004', 'Water'), dicomCode('water', h.water)),
        ...text(comment, h.feeding === 'fasted' ? 'Fasted' : undefined),
        ...count(dcm('113550', 'Fasting Duration'), h.fastedHours, 'h'),
      ],
      '8122',
    ),
    ...(h.heating
      ? container(
          dcm('127040', 'Heating conditions'),
          [
            ...coded(
              sct('128954007', 'Procedure phase'),
              dicomCode(
                'procedurePhase',
                h.phase === 'recovery' ? 'reversal' : h.phase === 'imaging' ? 'maintenance' : 'induction',
              ),
            ),
            ...coded(['C0018851', 'UMLS', 'Heating'], dicomCode('heating', h.heating)),
            ...yesNo(dcm('127210', 'Feedback temperature regulation'), h.heatingFeedback),
            ...coded(
              ['C50304', 'NCIt', 'Temperature sensor device component'],
              dicomCode('heatingSensor', h.heatingSensor),
            ),
            ...num(sct('250881009', 'Equipment temperature'), h.heatingSetPoint),
          ],
          '8140',
        )
      : []),
    ...container(
      dcm('127050', 'Circadian effects'),
      [
        ...count(dcm('127214', 'Total duration of light-dark cycle'), h.lightCycleHours, 'h'),
        ...num(['C90419', 'NCIt', 'Light cycle'], h.lightShare),
        ...(h.lightsOn
          ? [item(dcm('127215', 'Lights on time of day'), { type: 'TIME', time: `${h.lightsOn.replace(':', '')}00` })]
          : []),
      ],
      '8150',
    ),
    ...(h.phase === 'imaging' ? monitoringItems(monitored) : []),
  ])
}

export function monitoringPhase(monitored: readonly Event[]): ContentItem[] {
  const items = monitoringItems(monitored)
  if (items.length === 0) return []
  return container(phaseName, [
    ...coded(dcm('127006', 'Phase of animal handling'), dicomCode('phase', 'imaging')),
    ...items,
  ])
}

/** TID 8170 says that something was watched and has no numbers; these are extension items. */
const channelNames: Record<string, DicomCode> = {
  'heart rate': ['8867-4', 'LN', 'Heart rate'],
  'respiratory rate': ['86290005', 'SCT', 'Respiratory rate'],
  temperature: ['307047009', 'SCT', 'Rectal temperature'],
  SpO2: ['59408-5', 'LN', 'Oxygen saturation'],
}

function monitoringItems(monitored: readonly Event[]): ContentItem[] {
  const channels = new Set(monitored.map(({ monitoring }) => monitoring?.channel))
  if (channels.size === 0) return []
  return container(
    sct('281691001', 'Physiological monitoring'),
    [
      ...yesNo(sct('266706003', 'ECG monitoring'), channels.has('ECG') || undefined),
      ...yesNo(
        sct('53617003', 'Monitoring of respiration'),
        channels.has('respiratory rate') || channels.has('respiration waveform') || undefined,
      ),
      ...monitored.flatMap(({ monitoring: m }) => {
        const name = channelNames[m?.channel ?? '']
        return name ? count(name, m?.mean, channelUnits[m!.channel] as string) : []
      }),
    ],
    '8170',
  )
}
