import type { ImagingError } from './errors.ts'
import type { ByteSource } from './source.ts'
import type { Header } from './header.ts'

/** One file of a batch: its path inside the batch ('/' between parts, never absolute) and its bytes. */
export interface FileEntry {
  path: string
  source: ByteSource
}

/** What a file says about the experiment, with the place where it says it. */
export interface Fact {
  key: FactKey
  value: string | number | { value: number; unit: string }
  /** Header key and where it stands, for people: "PatientID (0010,0020)", "subject_identifier". */
  evidence: string
}

/**
 * Facts are named after the field of the record that they fill. Dates and times are RFC 3339 without a zone when the
 * file gives none ("2024-03-01T10:15:00"), or a date alone. `series.uid`, `session.uid` are DICOM UIDs.
 */
export type FactKey =
  | 'subject.localId'
  | 'subject.name'
  | 'subject.species'
  | 'subject.strain'
  | 'subject.genotype'
  | 'subject.supplier'
  | 'subject.stockNumber'
  | 'subject.kind' // phantom
  | 'subject.sex' // M, F, O
  | 'subject.neutered' // yes, no
  | 'subject.birthDate'
  | 'subject.weight' // { value, unit: 'g' }
  | 'subject.position' // e.g. HFP, FFS (DICOM PatientPosition)
  | 'study.title'
  | 'session.label'
  | 'session.uid'
  | 'session.start'
  | 'session.operator'
  | 'instrument.manufacturer'
  | 'instrument.model'
  | 'instrument.serialNumber'
  | 'instrument.softwareVersion'
  | 'instrument.institution'
  | 'series.label'
  | 'series.number'
  | 'series.uid'
  | 'series.acquiredAt'
  | 'series.bodyPart'
  | 'series.decayCorrection'
  | 'series.protocol'
  | 'administration.agent'
  | 'administration.radionuclide'
  | 'administration.activity' // { value, unit: 'MBq' }
  | 'administration.volume' // { value, unit: 'mL' }
  | 'administration.concentration' // { value, unit: 'mg/mL' }
  | 'administration.route'
  | 'administration.start'

/** One of several subjects that an image shows, as its header names it. */
export interface GroupMember {
  localId: string
  /** Its holder, counted from the left, from the top and from the outside, each from 1 (DICOM (0010,0028)). */
  place?: [column: number, row: number, depth: number]
  /** How it lay there, as `subject.position`. */
  position?: string
  evidence: string
}

/**
 * One of several images in the same files, for example the directions of a scout: planes that make no common stack. Each
 * becomes a series of its own.
 */
export interface Part {
  /** Names it to `open`; the same for the same files. Letters, digits and dashes, at most 40. */
  id: string
  /** For people, in addition to what the files say of all: "slices 1 to 5, axial". */
  label: string
}

/** More images in one file are a mistake of the file, or directions of another kind than people choose them. */
export const mostParts = 32

/** What one file, looked at alone, says about where it belongs. Small: a batch may hold 100,000 files. */
export interface FileScan {
  /** Files of one batch with equal keys form one series. */
  seriesKey: string
  /**
   * image = holds pixels or is the header that describes them; data = pixels only, described elsewhere; index = DICOMDIR and
   * the like, kept as attachment; raw = measured data that images are made from, or its header, with its data as companions.
   */
  role: 'image' | 'data' | 'index' | 'raw'
  /** Batch paths of files that this one needs (an Inveon header names its image). Missing ones are an error of the series, not of the batch. */
  companions: string[]
  facts: Fact[]
  /** The subjects, where the header names several; `subject.localId` is then the name of all together. */
  group?: readonly GroupMember[]
  /** The file is an image of this format, but cannot be opened as it stands; thrown errors lose the facts, this keeps them. */
  problem?: ImagingError
  /**
   * Batch paths of measured data (k-space, list mode, projections) that the image was made from: kept with the series as
   * raw data, never needed to open it.
   */
  raw?: readonly string[]
  /**
   * Names the measurement: what has the role 'raw' under this name goes with every image that has it. Only inside of one
   * format.
   */
  experiment?: string
  /** Two or more images that these files hold; absent: one. */
  parts?: readonly Part[]
  /** Why a file with role 'index' or 'raw' is kept as an attachment: a sentence for people. */
  reason?: string
}

/** A file of the same folder, for formats whose header names its data by an old or foreign name. */
export interface SiblingFile {
  path: string
  size: number
}

/** One header entry for the header panel, in the file's own words. */
export interface Tag {
  /** "(0010,0020)", "pixdim[1]", "IFD0/ImageWidth" ... */
  key: string
  name: string
  value: string
}

/** An open series. Planes are served little-endian in the type of the header; nothing is rescaled. */
export interface SeriesReader {
  readonly header: Header
  readonly facts: Fact[]
  /** The complete header in the file's own words; values cut at 1,000 characters. */
  tags(): Promise<Tag[]>
  /** Plane k (see Header.shape) as little-endian bytes, `planeBytes(header)` long. Sequential calls must be cheap. */
  plane(k: number): Promise<Uint8Array>
  /** For planes that are too large to be held at once; absent where planes are read as a whole. */
  readonly bands?: Bands
  /**
   * Where the planes stand when the file already holds them exactly as they are served (little-endian, contiguous,
   * plane after plane in index order): index into the files given to `open`, and the offset of plane 0. Otherwise null.
   */
  direct(): { file: number; offset: number } | null
}

/** Planes in parts: whole rows. */
export interface Bands {
  /** Bands that begin and end at a multiple of so many rows are read without reading anything twice. */
  readonly rows: number
  /** Rows `from` to before `to` of plane k, as they stand in the plane. */
  read(k: number, from: number, to: number): Promise<Uint8Array>
}

/** What is needed of a series to look at it. */
export type PlaneReader = Pick<SeriesReader, 'header' | 'plane'>

/** A file format. One folder in imaging/formats and one line in imaging/formats/index.ts. */
export interface Format {
  readonly id: string
  readonly label: string
  readonly mediaType: string
  /** Lower-case file name endings with the dot; longest first. */
  readonly extensions: readonly string[]
  /** False until a real file by the vendor's software proves the reader; shown to people. */
  readonly verified: boolean
  /** Cheap test on the name and the first bytes (up to 4 KiB; for gzip files the first 4 KiB inflated). */
  sniff(name: string, head: Uint8Array): boolean
  /**
   * Reads what is needed to place the file. `find(path)` tells whether the batch holds another path (case-insensitive,
   * returns the true path); `siblings()` lists the other files of the same folder, or those of another one (with the slash
   * at its end); `source(path)` gives the bytes of another file, for what is said once for many series.
   * @throws ImagingError 'not-this-format' when a closer look shows that the file is something else
   */
  scan(
    file: FileEntry,
    find: (path: string) => string | undefined,
    siblings?: (folder?: string) => readonly SiblingFile[],
    source?: (path: string) => ByteSource | undefined,
  ): Promise<FileScan>
  /**
   * Opens one series. `files` are all files with one seriesKey and their companions, in no particular order; the reader orders them.
   * @param part `Part.id` of one of several images in them; absent: all planes one after the other
   * @throws ImagingError
   */
  open(files: FileEntry[], part?: string): Promise<SeriesReader>
}
