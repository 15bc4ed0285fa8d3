/** What was done to the animals, in the words of a methods section. */
import { computedOfEvent, computedOfSeries } from '../computed/index.ts'
import { stepsOf } from '../entities/events/anaesthesia.ts'
import { around, eventsOf, type Told } from './told.ts'
import { listed, quantityText, rangeText } from './words.ts'

export function administrationTexts(told: Told): string[] {
  const given = eventsOf(told, 'agentAdministration')
  const groups = Map.groupBy(given, ({ agentAdministration: a }) =>
    [told.agents.get(a!.agentId)?.name ?? 'an agent', a!.route?.label ?? 'route not recorded'].join('|'),
  )
  return [...groups].map(([key, own]) => {
    const [agent, route] = key.split('|')
    const computed = own.map((event) => computedOfEvent(event, around(told, event.subjectId)))
    const activity = rangeText(
      computed.flatMap(({ netActivity }) => netActivity?.value ?? []),
      'MBq',
    )
    const dose = rangeText(
      computed.flatMap(({ dosePerWeight }) => (dosePerWeight?.unit === 'mg/kg' ? (dosePerWeight.value ?? []) : [])),
      'mg/kg',
    )
    const volume = listed(own.map(({ agentAdministration: a }) => a!.volume && quantityText(a!.volume)))
    const amount = listed([activity, dose]) ?? 'dose not recorded'
    return `${agent} (${amount}${volume && volume.length < 40 ? ` in ${volume}` : ''}, ${route})`
  })
}

export function anaesthesiaText(told: Told): string | undefined {
  return listed(
    eventsOf(told, 'anaesthesia').map(({ anaesthesia }) => {
      if (!anaesthesia?.applied) return 'no anaesthesia'
      const steps = stepsOf(anaesthesia).map(({ agent, concentration, dose, route, role }) =>
        [
          agent.label,
          concentration && quantityText(concentration),
          dose && quantityText(dose),
          role !== 'carrier gas' && route && `(${route.label})`,
        ]
          .filter(Boolean)
          .join(' '),
      )
      return listed(steps) ?? 'anaesthesia, agent not recorded'
    }),
  )
}

export function modelText(told: Told): string | undefined {
  return listed(
    eventsOf(told, 'modelInduction').map(({ modelInduction: m }) =>
      [
        m!.modelType,
        m!.cellLine?.label ?? m!.pdxId ?? m!.substance,
        m!.amount && quantityText(m!.amount),
        m!.route?.label,
        m!.site && `into ${m!.site.label}`,
      ]
        .filter(Boolean)
        .join(', '),
    ),
  )
}

export function therapyText(told: Told): string | undefined {
  return listed(
    eventsOf(told, 'therapy').map(({ therapy: t }) =>
      [
        t!.agentId ? (told.agents.get(t!.agentId)?.name ?? t!.type) : t!.type,
        t!.dose && quantityText(t!.dose),
        t!.totalRadiationDose && quantityText(t!.totalRadiationDose),
        t!.fractions && `in ${t!.fractions} fractions`,
        t!.every && `every ${quantityText(t!.every)}`,
        t!.doses && `${t!.doses} doses`,
      ]
        .filter(Boolean)
        .join(' '),
    ),
  )
}

export function handlingText(told: Told): string | undefined {
  return listed(
    eventsOf(told, 'handling').flatMap(({ handling: h }) =>
      h!.phase === 'home cage'
        ? []
        : [
            h!.fastedHours === undefined ? h!.feeding && `fed ${h!.feeding}` : `fasted for ${h!.fastedHours} h`,
            h!.heating && `${h!.heating}${h!.heatingSetPoint ? ` at ${quantityText(h!.heatingSetPoint)}` : ''}`,
          ],
    ),
  )
}

export function housing(told: Told): string | undefined {
  return listed(
    eventsOf(told, 'handling')
      .flatMap(({ handling: h }) =>
        h!.phase !== 'home cage'
          ? []
          : [
              h!.animalsPerUnit && `${h!.animalsPerUnit} in a cage`,
              h!.lightCycleHours && `light cycle of ${h!.lightCycleHours} h`,
              h!.temperature && quantityText(h!.temperature),
              h!.humidity && `${h!.humidity.value} % humidity`,
              h!.feed,
              h!.bedding,
              h!.enrichment,
            ],
      )
      .map((word) => (typeof word === 'string' ? word : undefined)),
  )
}

export function uptakes(told: Told): number[] {
  return told.series.flatMap((series) =>
    (series.subjectIds ?? []).flatMap(
      (id) => computedOfSeries({ ...series, subjectIds: [id] }, around(told, id)).uptakeTime?.value ?? [],
    ),
  )
}
