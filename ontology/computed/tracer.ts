/**
 * The arithmetic of tracers. Net injected activity: PS3.16 TID 10022 (activity before and after, each at its own time).
 * SUV by body weight: Thie, "Understanding the standardized uptake value", J Nucl Med 2004;45:1431; the decay reference
 * by Decay Correction (0054,1102), PS3.3 C.8.9.1.1.
 */
import type { AgentAdministration } from '../entities/events/agentAdministration.ts'
import type { ImageSeries } from '../entities/series.ts'
import { valueIn } from '../units.ts'
import type { WhenStamp } from '../values.ts'
import type { Static } from '../vocabulary.ts'
import { decayed } from './decay.ts'
import type { ComputedValue } from './shapes.ts'
import { instantOf, isExact } from './time.ts'

export type Administration = Static<typeof AgentAdministration>

const none = (reason: string): ComputedValue => ({ reason })
/** Twelve digits are more than any calibrator has, and hide the last bits of floating point. */
const tidy = (value: number): number => Number(value.toPrecision(12))

/**
 * Activity that went into the subject, in MBq at the time of injection.
 * @param injectedAt when it was given
 * @param halfLifeSeconds of the radionuclide; undefined when it is not known
 */
export function netActivity(
  given: Administration,
  injectedAt: WhenStamp | undefined,
  halfLifeSeconds: number | undefined,
): ComputedValue {
  const { activity, activityBefore: before, activityAfter: after, activityResidue: residue } = given
  if (!before) {
    if (!activity) return none('Neither the injected activity nor that of the syringe is recorded.')
    return { value: tidy(valueIn(activity, 'MBq') as number), unit: 'MBq', basis: 'injected activity as entered' }
  }
  if (halfLifeSeconds === undefined) return none('The half-life of the agent is not known: name its radionuclide.')
  if (!isExact(injectedAt)) return none('The injection is not known to the minute.')
  const parts: [string, { value: number; unit: string } | undefined, WhenStamp | undefined, 1 | -1][] = [
    ['the syringe before', before, given.activityBeforeAt, 1],
    ['the syringe after', after, given.activityAfterAt, -1],
    ['what was left in catheter or tail', residue, given.activityResidueAt, -1],
  ]
  let net = 0
  for (const [name, quantity, at, sign] of parts) {
    if (!quantity) continue
    if (quantity.value > 0 && !isExact(at)) return none(`When ${name} was measured is not known to the minute.`)
    // Measured earlier than the injection it decays until then; measured later it is traced back.
    const seconds = at ? (instantOf(injectedAt) - instantOf(at)) / 1000 : 0
    net += sign * decayed(valueIn(quantity, 'MBq') as number, halfLifeSeconds, seconds)
  }
  if (net <= 0) return none('More activity was left than had been in the syringe: check both values and their times.')
  const subtracted = [after && 'after', residue && 'residue'].filter(Boolean)
  const basis =
    subtracted.length > 0
      ? `syringe before less ${subtracted.join(' and ')}, each corrected for decay`
      : 'syringe before, corrected for decay; what was left was not measured'
  return { value: tidy(net), unit: 'MBq', basis }
}

export interface Uptake {
  series: Pick<ImageSeries, 'acquiredAt' | 'decayCorrection'> & { image?: { unit?: string | undefined } | undefined }
  injectedAt: WhenStamp | undefined
  /** Net activity in MBq at the injection, or the reason why there is none. */
  net: ComputedValue
  halfLifeSeconds: number | undefined
  /** Body weight in g, or the reason why there is none. */
  weight: ComputedValue
}

/** Activity that the values of the series refer to, in Bq: at the injection, or at the start of the scan. */
function referenceActivity({ series, injectedAt, net, halfLifeSeconds }: Uptake): ComputedValue {
  if (net.value === undefined) return net
  switch (series.decayCorrection) {
    case 'injection':
      return { value: net.value * 1e6, unit: 'Bq' }
    case 'scan start': {
      if (halfLifeSeconds === undefined) return none('The half-life of the agent is not known: name its radionuclide.')
      if (!isExact(injectedAt)) return none('The injection is not known to the minute.')
      if (!isExact(series.acquiredAt)) return none('The start of the scan is not known to the minute.')
      const seconds = (instantOf(series.acquiredAt) - instantOf(injectedAt)) / 1000
      return { value: decayed(net.value, halfLifeSeconds, seconds) * 1e6, unit: 'Bq' }
    }
    case 'none':
      return none('The values are not corrected for decay.')
    default:
      return none('It is not recorded to which time the values are corrected for decay.')
  }
}

/** Factor from the unit of the stored values to Bq/mL. */
function toBecquerelPerMillilitre(unit: string | undefined): number | undefined {
  return unit === undefined || unit === ''
    ? undefined
    : valueIn({ value: 1, unit: unit === 'BQML' ? 'Bq/mL' : unit }, 'Bq/mL')
}

function concentrationProblem(unit: string | undefined): string {
  return unit
    ? `The values are in ${unit}, not an activity concentration.`
    : 'The unit of the values is not known, so they may not be an activity concentration.'
}

/** Factor from stored values to SUV by body weight in g/mL: weight in g over activity in Bq. */
export function suvBodyWeight(uptake: Uptake): ComputedValue {
  const unit = uptake.series.image?.unit
  const scale = toBecquerelPerMillilitre(unit)
  if (scale === undefined) return none(concentrationProblem(unit))
  const reference = referenceActivity(uptake)
  if (reference.value === undefined) return reference
  if (uptake.weight.value === undefined) return none(uptake.weight.reason ?? 'There is no body weight.')
  return {
    value: tidy((scale * uptake.weight.value) / reference.value),
    unit: 'g/mL',
    basis: `${tidy(uptake.weight.value)} g and ${(reference.value / 1e6).toPrecision(5)} MBq at ${uptake.series.decayCorrection === 'injection' ? 'injection' : 'the start of the scan'} (${uptake.net.basis})`,
  }
}

/** Factor from stored values to % of the injected dose per gram, for tissue of 1 g/mL. */
export function percentInjectedDosePerGram(uptake: Uptake): ComputedValue {
  const unit = uptake.series.image?.unit
  const scale = toBecquerelPerMillilitre(unit)
  if (scale === undefined) return none(concentrationProblem(unit))
  const reference = referenceActivity(uptake)
  if (reference.value === undefined) return reference
  return {
    value: tidy((100 * scale) / reference.value),
    unit: '%{ID}/g',
    basis: `${(reference.value / 1e6).toPrecision(5)} MBq at ${uptake.series.decayCorrection === 'injection' ? 'injection' : 'the start of the scan'} (${uptake.net.basis}), tissue of 1 g/mL`,
  }
}
