/** Events of the demo facility, as they are entered on a subject's timeline. */
import { coded, rounded } from './types.ts'
import type { DemoEvent } from './types.ts'

interface Injection {
  subject: string
  agent: string
  minutes: number
  activityMegabecquerel?: number
  volumeMicrolitres?: number
  dose?: { value: number; unit: string }
  route?: string
  site?: string
  fastedHours?: number
}

/** An agent given for imaging; what is not given stays unknown. */
export function injection(given: Injection): DemoEvent {
  const { activityMegabecquerel: activity, volumeMicrolitres: volume, dose, route, site, fastedHours } = given
  return {
    subject: given.subject,
    minutes: given.minutes,
    agent: given.agent,
    body: {
      kind: 'agentAdministration',
      agentAdministration: {
        purpose: 'imaging',
        delivery: 'bolus',
        ...(route && { route: coded('routes', route) }),
        ...(site && { site: coded('anatomy', site) }),
        ...(activity && { activity: { value: rounded(activity, 2), unit: 'MBq' } }),
        ...(volume && { volume: { value: Math.round(volume), unit: 'uL' } }),
        ...(dose && { dose }),
        ...(fastedHours && { fastedHours }),
      },
    },
  }
}

/** Isoflurane for the time of a scan. */
export const isoflurane = (subject: string, minutes: number, percent = 1.5): DemoEvent => ({
  subject,
  minutes,
  body: {
    kind: 'anaesthesia',
    anaesthesia: {
      applied: true,
      agent: coded('anaesthetics', 'isoflurane'),
      concentration: { value: percent, unit: '%' },
      carrierGas: 'oxygen',
      flow: { value: 0.8, unit: 'L/min' },
      route: coded('routes', 'inhalation'),
    },
  },
})

export const weight = (subject: string, minutes: number, grams: number): DemoEvent => ({
  subject,
  minutes,
  body: { kind: 'measurement', measurement: { what: 'body weight', value: { value: rounded(grams, 1), unit: 'g' } } },
})

export const tumourVolume = (subject: string, minutes: number, cubicMillimetres: number): DemoEvent => ({
  subject,
  minutes,
  body: {
    kind: 'measurement',
    measurement: {
      what: 'tumour volume',
      value: { value: Math.round(cubicMillimetres), unit: 'mm3' },
      method: 'caliper, 0.5 × length × width²',
    },
  },
})

export const graft = (subject: string, cellLine: string, disease: string, millionCells: number): DemoEvent => ({
  subject,
  minutes: 10 * 60,
  body: {
    kind: 'modelInduction',
    modelInduction: {
      modelType: 'cell-line graft',
      disease: coded('diseases', disease),
      cellLine: coded('cellLines', cellLine),
      amount: { value: millionCells, unit: '10*6.{cells}' },
      route: coded('routes', 'subcutaneous'),
      placement: 'subcutaneous',
      site: coded('anatomy', 'flank'),
      vehicle: 'PBS with 50 % Matrigel',
    },
  },
})

interface MouseFacts {
  strain: string
  sex: 'M' | 'F'
  birthDate?: string
  supplier?: string
  stockNumber?: string
  geneticStatus?: 'wild type' | 'mutant' | 'transgenic' | 'knock-out'
  earTag?: string
}

/** The record of a mouse. */
export const mouse = ({ strain, earTag, ...animal }: MouseFacts): Record<string, unknown> => ({
  kind: 'animal',
  species: coded('species', 'Mus musculus'),
  ...(earTag && { otherIds: [{ type: 'eartag', value: earTag }] }),
  animal: { ...animal, strain: coded('strains', strain) },
})
