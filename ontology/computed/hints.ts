/**
 * What looks wrong in a record but may be right: shown, never refused. Volumes: Diehl et al., "A good practice guide to
 * the administration of substances", J Appl Toxicol 2001;21:15, its largest possible volumes for mice and rats.
 */
import type { Event } from '../entities/event.ts'
import type { ImageSeries } from '../entities/series.ts'
import type { Subject } from '../entities/subject.ts'
import { valueIn } from '../units.ts'
import type { ComputedValue } from './shapes.ts'
import { dayOf, instantOf, isExact } from './time.ts'

/** Largest possible volume by route, in mL per kg. */
const largestVolume: Record<string, number> = {
  intravenous: 25,
  intraperitoneal: 80,
  subcutaneous: 40,
  oral: 50,
  'oral gavage': 50,
}
/** More than any small animal gets for imaging; 5 MBq typed as 5 GBq. */
const largestActivityMegabecquerel = 500

export function hintsOfEvent(event: Event, weight: ComputedValue, net: ComputedValue | undefined): string[] {
  const hints: string[] = []
  const given = event.agentAdministration
  if (!given) return hints
  if (net?.value !== undefined && net.value > largestActivityMegabecquerel)
    hints.push(`${Number(net.value.toPrecision(4))} MBq is more than small animals get. Check the number and the unit.`)
  const limit = largestVolume[given.route?.label ?? '']
  if (given.volume && limit !== undefined && weight.value !== undefined) {
    const perKilogram = ((valueIn(given.volume, 'mL') as number) * 1000) / weight.value
    if (perKilogram > limit)
      hints.push(
        `${given.volume.value} ${given.volume.unit} is ${Math.round(perKilogram)} mL/kg; ${given.route!.label}, at most ${limit} mL/kg can be given. Check the number and the unit.`,
      )
  }
  return hints
}

/** @param state of the subject in the session ('in vivo' ...), when it is known */
export function hintsOfSeries(
  series: ImageSeries,
  subject: Subject | undefined,
  injection: Event | undefined,
  state?: string,
): string[] {
  const hints: string[] = []
  const at = series.acquiredAt
  const animal = subject?.animal
  if (at && animal?.birthDate && dayOf(at) < animal.birthDate)
    hints.push(`The scan on ${dayOf(at)} lies before the birth of the animal on ${animal.birthDate}.`)
  if (at && animal?.deathDate && dayOf(at) > animal.deathDate && (state === undefined || state === 'in vivo'))
    hints.push(`The scan on ${dayOf(at)} lies after the death of the animal on ${animal.deathDate}.`)
  if (injection && isExact(at) && isExact(injection.start) && instantOf(injection.start) > instantOf(at)) {
    const minutes = Math.round((instantOf(injection.start) - instantOf(at)) / 60_000)
    if (minutes > 0)
      hints.push(`The injection lies ${minutes} min after the start of the scan. That is right for dynamic scans only.`)
  }
  if (injection?.agentAdministration?.extravasation && injection.agentAdministration.extravasation !== 'none')
    hints.push('The injection went beside the vein: SUV and %ID/g are too low.')
  return hints
}
