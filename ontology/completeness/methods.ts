import { softwareOn } from '../entities/instrument.ts'
import { modalities } from '../modalities.ts'
import { animalsText } from './animals.ts'
import {
  administrationTexts,
  anaesthesiaText,
  handlingText,
  housing,
  modelText,
  therapyText,
  uptakes,
} from './procedures.ts'
import { animalsOf, type Told } from './told.ts'
import { listed, notRecorded, rangeText } from './words.ts'

/** A paragraph for a methods section; each sentence stands when its facts are recorded or says that they are not. */
export function methodsParagraph(told: Told): string {
  const animals = animalsOf(told)
  const sentences: string[] = []
  if (animals.length > 0) {
    sentences.push(
      `Animals: ${animalsText(told)}; supplier ${listed(animals.map(({ animal }) => animal?.supplier)) ?? notRecorded}.`,
    )
    const ethics = listed(
      told.projects.flatMap((p) => (p.ethics ?? []).map((e) => `${e.committee} (${e.approvalNumber})`)),
    )
    sentences.push(ethics ? `The experiments were approved by ${ethics}.` : 'The ethics approval is not recorded.')
    const kept = housing(told)
    sentences.push(kept ? `Housing: ${kept}.` : 'Housing is not recorded.')
  }
  const model = modelText(told)
  if (model) sentences.push(`Disease model: ${model}.`)
  const therapy = therapyText(told)
  if (therapy) sentences.push(`Therapy: ${therapy}.`)
  const given = listed(administrationTexts(told))
  if (given) sentences.push(`Agents: ${given}.`)
  if (animals.length > 0) sentences.push(`Anaesthesia during imaging: ${anaesthesiaText(told) ?? notRecorded}.`)
  const handling = handlingText(told)
  if (animals.length > 0) sentences.push(`Feeding and heating: ${handling ?? notRecorded}.`)
  const scanners = listed(
    told.instruments.map((instrument) => {
      const day = told.sessions
        .find(({ instrumentId, start }) => instrumentId === instrument.id && start)
        ?.start?.dateTime.slice(0, 10)
      const software = softwareOn(instrument, day ?? '9999')
      return `${instrument.model} (${instrument.manufacturer}; software ${software ?? notRecorded})`
    }),
  )
  const used = listed(told.series.map(({ modality }) => modality && modalities[modality]))
  const uptake = rangeText(uptakes(told), 'min')
  if (told.series.length > 0)
    sentences.push(
      `Imaging: ${used ?? 'modality not recorded'} on ${scanners ?? 'an instrument that is not recorded'}${uptake ? `, ${uptake} after injection` : ''}.`,
    )
  return sentences.join(' ')
}
