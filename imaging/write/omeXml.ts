import { omePixelTypes } from '../formats/tiff/omePixelTypes.ts'
import type { Header } from '../header.ts'

/** What OME-XML says about an image besides its pixels. */
export interface OmeMetadata {
  /** "urn:uuid:..." */
  uuid?: string
  name: string
  /** RFC 3339. */
  acquiredAt?: string
  description?: string
  creator?: string
  microscope?: { manufacturer?: string; model?: string; serialNumber?: string }
  objective?: { nominalMagnification?: number; lensNA?: number }
}

const namespace = 'http://www.openmicroscopy.org/Schemas/OME/2016-06'

/**
 * OME-XML (2016-06 schema) for pages in the order of the header: slices fastest, then times, then channels, which is
 * DimensionOrder XYZTC.
 */
export function omeXml(header: Header, metadata: OmeMetadata): string {
  const { shape, sampleType, samplesPerPixel: samples, spacing, frames, channels } = header
  const { microscope, objective } = metadata
  const step = frames && frames.startSeconds.length > 1 ? frames.startSeconds[1]! - frames.startSeconds[0]! : undefined
  const pixels = attributes({
    ID: 'Pixels:0',
    DimensionOrder: 'XYZTC',
    Type: omePixelTypes[sampleType],
    SizeX: shape.x,
    SizeY: shape.y,
    SizeZ: shape.z,
    SizeC: shape.c * samples,
    SizeT: shape.t,
    BigEndian: 'false',
    Interleaved: samples > 1 ? 'true' : undefined,
    PhysicalSizeX: spacing && micrometres(spacing[0]),
    PhysicalSizeXUnit: spacing && '\u00b5m',
    PhysicalSizeY: spacing && micrometres(spacing[1]),
    PhysicalSizeYUnit: spacing && '\u00b5m',
    PhysicalSizeZ: spacing && shape.z > 1 ? micrometres(spacing[2]) : undefined,
    PhysicalSizeZUnit: spacing && shape.z > 1 ? '\u00b5m' : undefined,
    TimeIncrement: step,
    TimeIncrementUnit: step === undefined ? undefined : 's',
  })
  const channelElements = Array.from({ length: shape.c }, (_, i) => {
    const channel = channels?.[i]
    // RGBA as a signed 32-bit number.
    const colour = channel?.colour ? (Number.parseInt(channel.colour.slice(1), 16) << 8) | 0xff : undefined
    return `<Channel${attributes({ ID: `Channel:0:${i}`, Name: channel?.label, SamplesPerPixel: samples, Color: colour })}/>`
  })
  const hasInstrument = microscope !== undefined || objective !== undefined
  const instrument = hasInstrument
    ? `<Instrument ID="Instrument:0">${
        microscope
          ? `<Microscope${attributes({ Manufacturer: microscope.manufacturer, Model: microscope.model, SerialNumber: microscope.serialNumber })}/>`
          : ''
      }${
        objective
          ? `<Objective${attributes({ ID: 'Objective:0:0', LensNA: objective.lensNA, NominalMagnification: objective.nominalMagnification })}/>`
          : ''
      }</Instrument>`
    : ''
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<OME xmlns="${namespace}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"${attributes({
      'xsi:schemaLocation': `${namespace} ${namespace}/ome.xsd`,
      Creator: metadata.creator,
      UUID: metadata.uuid,
    })}>`,
    instrument,
    `<Image${attributes({ ID: 'Image:0', Name: metadata.name })}>`,
    metadata.acquiredAt ? `<AcquisitionDate>${escaped(metadata.acquiredAt)}</AcquisitionDate>` : '',
    metadata.description ? `<Description>${escaped(metadata.description)}</Description>` : '',
    hasInstrument ? '<InstrumentRef ID="Instrument:0"/>' : '',
    objective ? '<ObjectiveSettings ID="Objective:0:0"/>' : '',
    `<Pixels${pixels}>`,
    ...channelElements,
    '<TiffData/>',
    '</Pixels></Image></OME>',
  ].join('')
}

const micrometres = (millimetres: number): number => Number((millimetres * 1000).toPrecision(9))

const attributes = (values: Record<string, string | number | null | undefined>): string =>
  Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join('')

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => entities[character]!)
