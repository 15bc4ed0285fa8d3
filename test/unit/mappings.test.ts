/** Fields of the record beside the mappings that the metadata model (sections 6.2 to 6.9) names for them. */
import { expect, it } from 'vitest'
import { fieldsOf } from '#ontology/entity.ts'
import { eventKinds } from '#ontology/entities/event.ts'
import { entities } from '#ontology/index.ts'
import type { Node } from '#ontology/vocabulary.ts'

/** Entity or event kind, path of the field, DICOM, BIDS, JSON-LD; a dash where the model names none. */
const table: [where: string, field: string, dicom: string, bids: string, term: string][] = [
  ['Project', 'title', '(0012,0010)', '-', 'schema:name'],
  ['Project', 'keywords', '-', 'Keywords', 'schema:keywords'],
  ['Project', 'principalInvestigatorId', '-', 'Authors', '-'],
  ['Project', 'organizationId', '(0008,0080)', '-', 'schema:parentOrganization'],
  ['Project', 'funding', '-', 'Funding', 'schema:funding'],
  ['Project', 'ethics', '(0012,0081); (0012,0082)', 'EthicsApprovals', '-'],
  ['Project', 'ethics.validFrom', '(0012,0086)', '-', '-'],
  ['Project', 'ethics.validUntil', '(0012,0087)', '-', '-'],
  ['Project', 'licence', '-', 'License', 'schema:license'],
  ['Project', 'publications', '-', 'ReferencesAndLinks', 'schema:citation'],
  ['Study', 'title', '(0012,0021)', 'Name', '-'],
  ['Study', 'localId', '(0012,0020)', '-', '-'],
  ['Study', 'projectId', '-', '-', 'schema:isPartOf'],
  ['Study', 'disease', '(0008,1080)', 'pathology', 'schema:about'],
  ['Study', 'organs', '(0018,0015)', 'BodyPart', '-'],
  ['Study', 'groups', '-', 'group', '-'],
  ['Study', 'outcomes', '-', '-', 'schema:variableMeasured'],
  ['Study', 'dayZero', '(0012,0053)', '-', '-'],
  ['Study', 'timepoints', '(0012,0050); (0012,0051); (0012,0052)', '-', '-'],
  ['Study', 'contactId', '-', '-', 'schema:contactPoint'],
  ['Enrolment', 'subjectNumber', '(0012,0040)', '-', '-'],
  ['Subject', 'localId', '(0010,0020); (0010,0010)', 'participant_id; local_id', '-'],
  ['Subject', 'kind', '-', 'sample_type', 'schema:additionalType'],
  ['Subject', 'otherIds', '(0010,1002)', '-', '-'],
  ['Subject', 'species', '(0010,2202); (0010,2201)', 'species', 'bioschemas:taxonomicRange'],
  ['Subject', 'parentSubjectId', '(0040,0560)', 'derived_from', 'schema:isBasedOn'],
  ['Subject', 'notes', '(0010,4000)', '-', '-'],
  ['Subject', 'animal.sex', '(0010,0040)', 'sex', 'schema:gender'],
  ['Subject', 'animal.neutered', '(0010,2203)', '-', '-'],
  ['Subject', 'animal.strain', '(0010,0219); (0010,0212); (0010,0213)', 'strain; strain_rrid', '-'],
  ['Subject', 'animal.background', '(0010,0218)', '-', '-'],
  ['Subject', 'animal.alleles', '(0010,0221)', 'genotype', '-'],
  ['Subject', 'animal.supplier', '(0010,0217)', '-', 'schema:provider'],
  ['Subject', 'animal.stockNumber', '(0010,0214)', '-', '-'],
  ['Subject', 'animal.birthDate', '(0010,0030)', 'age', 'schema:birthDate'],
  ['Subject', 'animal.deathDate', '-', '-', 'schema:deathDate'],
  ['Subject', 'cellCulture.cellLine', '(0040,059A)', '-', '-'],
  ['Subject', 'cellCulture.vessel', '(0040,0512)', '-', '-'],
  ['Subject', 'specimen.fixative', '-', 'SampleFixation', '-'],
  ['Subject', 'specimen.staining', '-', 'SampleStaining', '-'],
  ['Event', 'start', '111526 DCM', 'acq_time', 'schema:startTime'],
  ['Event', 'end', '111527 DCM', '-', 'schema:endTime'],
  ['Event', 'performerId', '(0008,1070); (0008,1072)', '-', 'schema:agent'],
  ['Event', 'protocol', '(0018,1030)', '-', '-'],
  ['Event', 'deviation', '(0020,4000)', '-', '-'],
  ['Event', 'ethicsApproval', '(0012,0082)', '-', '-'],
  ['agentAdministration', 'agentId', '(0018,0010); (0018,0031)', 'TracerName', 'schema:object'],
  ['agentAdministration', 'lot', '113512 DCM', '-', '-'],
  ['agentAdministration', 'radiochemicalPurity', '-', 'Purity', '-'],
  ['agentAdministration', 'route', '(0018,1040); (0018,1070)', 'AdministrationRoute', 'schema:administrationRoute'],
  ['agentAdministration', 'site', '272737002 SCT', '-', '-'],
  ['agentAdministration', 'delivery', '-', 'ModeOfAdministration', '-'],
  ['agentAdministration', 'volume', '(0018,1041); (0018,1071)', 'InjectedVolume', '-'],
  ['agentAdministration', 'dose', '(0018,1044); 122092 DCM', 'PharmaceuticalDoseAmount', '-'],
  ['agentAdministration', 'concentration', '(0018,1049); 122093 DCM', '-', '-'],
  ['agentAdministration', 'flowRate', '(0018,1046)', 'InfusionSpeed', '-'],
  ['agentAdministration', 'duration', '(0018,1047)', '-', '-'],
  ['agentAdministration', 'activityBefore', '113508 DCM', '-', '-'],
  ['agentAdministration', 'activityAfter', '113509 DCM; (0054,0017)', '-', '-'],
  ['agentAdministration', 'activityResidue', '113506 DCM', '-', '-'],
  ['agentAdministration', 'activity', '(0018,1074)', 'InjectedRadioactivity', '-'],
  ['agentAdministration', 'calibratorId', '113540 DCM', '-', '-'],
  ['agentAdministration', 'molarActivity', '(0018,1077)', 'MolarActivity', '-'],
  ['agentAdministration', 'injectedMass', '-', 'InjectedMass', '-'],
  ['agentAdministration', 'extravasation', '113505 DCM', '-', '-'],
  ['agentAdministration', 'fastedHours', '113550 DCM', '-', '-'],
  ['anaesthesia', 'category', '127302 DCM', '-', '-'],
  ['anaesthesia', 'agent', '122083 DCM', 'Anaesthesia', '-'],
  ['anaesthesia', 'steps', '127320 DCM', '-', '-'],
  ['anaesthesia', 'steps.role', '111516 DCM', '-', '-'],
  ['anaesthesia', 'steps.concentration', '122093 DCM', '-', '-'],
  ['anaesthesia', 'steps.dose', '260911001 SCT', '-', '-'],
  ['anaesthesia', 'steps.route', '410675002 SCT', '-', '-'],
  ['anaesthesia', 'steps.start', '122081 DCM', '-', '-'],
  ['anaesthesia', 'steps.end', '122082 DCM', '-', '-'],
  ['anaesthesia', 'airway', '127312 DCM', '-', '-'],
  ['modelInduction', 'modelType', 'TID 8182', '-', '-'],
  ['modelInduction', 'cellLine', '111529 DCM', '-', '-'],
  ['modelInduction', 'donorSpecies', '127402 DCM', '-', '-'],
  ['modelInduction', 'tissueOfOrigin', '127401 DCM', '-', '-'],
  ['modelInduction', 'site', '272737002 SCT', '-', '-'],
  ['modelInduction', 'coordinates', '127450 DCM', '-', '-'],
  ['modelInduction', 'disease', '-', 'pathology', '-'],
  ['therapy', 'type', '10160-0 LN', '-', '-'],
  ['monitoring', 'channel', '8867-4 LN; 86290005 SCT; 307047009 SCT; 59408-5 LN', '-', '-'],
  ['monitoring', 'gating', '(0018,9171)', '-', '-'],
  ['measurement', 'what', '(0010,1030)', 'weight', '-'],
  ['handling', 'phase', '127006 DCM', '-', '-'],
  ['handling', 'animalsPerUnit', '127143 DCM', '-', '-'],
  ['handling', 'heating', 'C0018851 UMLS', '-', '-'],
  ['handling', 'lightCycleHours', '127214 DCM', '-', '-'],
  ['ImagingSession', 'label', '(0020,0010)', 'session_id', '-'],
  ['ImagingSession', 'dicomStudyUid', '(0020,000D)', '-', '-'],
  ['ImagingSession', 'timepoint', '(0012,0050); (0012,0051)', '-', '-'],
  ['ImagingSession', 'start', '(0008,0020)', 'acq_time', 'schema:startTime'],
  ['ImagingSession', 'operatorId', '(0008,1070)', '-', 'schema:agent'],
  ['ImagingSession', 'inVivo', '-', 'SampleEnvironment', '-'],
  ['ImagingSession', 'placements', '(0010,0027)', '-', '-'],
  ['ImagingSession', 'placements.position', '(0010,0028)', '-', '-'],
  ['ImagingSession', 'placements.posture', '(0018,5100)', '-', '-'],
  ['ImagingSession', 'roomTemperature', 'C90380 NCIt', '-', '-'],
  ['ImageSeries', 'number', '(0020,0011)', '-', '-'],
  ['ImageSeries', 'label', '(0008,103E)', '-', '-'],
  ['ImageSeries', 'modality', '(0008,0060)', 'datatype', 'schema:measurementTechnique'],
  ['ImageSeries', 'role', '(0008,0008)', '-', 'schema:additionalType'],
  ['ImageSeries', 'sourceSeriesIds', '(0008,2112)', 'GeneratedBy', 'prov:wasDerivedFrom'],
  ['ImageSeries', 'acquiredAt', '(0008,002A)', 'acq_time', 'schema:dateCreated'],
  ['ImageSeries', 'bodyPart', '(0008,2218)', 'BodyPart', '-'],
  ['ImageSeries', 'decayCorrection', '(0054,1102)', 'ImageDecayCorrected', '-'],
  ['Instrument', 'name', '(0008,1010)', 'StationName', '-'],
  ['Instrument', 'manufacturer', '(0008,0070)', 'Manufacturer', 'schema:manufacturer'],
  ['Instrument', 'model', '(0008,1090)', 'ManufacturersModelName', 'schema:model'],
  ['Instrument', 'serialNumber', '(0018,1000)', 'DeviceSerialNumber', '-'],
  ['Instrument', 'softwareVersions', '-', 'SoftwareVersions', '-'],
  ['Instrument', 'softwareVersions.version', '(0018,1020)', '-', '-'],
  ['Instrument', 'pid', '(0018,1002)', '-', 'schema:identifier'],
  ['Instrument', 'components.name', '(0018,1250)', 'ReceiveCoilName', '-'],
  ['Instrument', 'calibrations.factor', '(0054,1322)', 'DoseCalibrationFactor', '-'],
  ['Agent', 'radionuclide', '(0054,0300)', 'TracerRadionuclide', '-'],
  ['Agent', 'halfLifeSeconds', '(0018,1075)', '-', '-'],
  ['Agent', 'positronFraction', '(0018,1076)', '-', '-'],
  ['Agent', 'molarMassGramPerMole', '-', 'TracerMolecularWeight', '-'],
  ['Agent', 'ingredient', '(0018,1048)', 'ContrastBolusIngredient', '-'],
  ['Agent', 't1Relaxivity', '(0018,0013)', '-', '-'],
  ['Person', 'orcid', '-', 'Authors', '-'],
  ['Organization', 'name', '(0008,0080)', 'InstitutionName', '-'],
]

function fieldAt(where: string, path: string): Node | undefined {
  const root = entities.find(({ name }) => name === where)?.record ?? eventKinds[where as keyof typeof eventKinds]
  return path.split('.').reduce<Node | undefined>((held, name) => {
    const inside = held?.items?.properties ? held.items : held
    return inside?.properties?.[name]
  }, root as Node)
}

const among = (held: string | undefined, wanted: string): boolean =>
  wanted === '-' || wanted.split('; ').every((each) => (held ?? '').split('; ').includes(each))

it.each(table)('%s.%s is mapped as the model says', (where, path, dicom, bids, term) => {
  const field = fieldAt(where, path)
  expect(field).toBeDefined()
  expect(among(field!['x-dicom'], dicom), `DICOM: ${field!['x-dicom']}`).toBe(true)
  expect(among(field!['x-bids'], bids), `BIDS: ${field!['x-bids']}`).toBe(true)
  expect(among(field!['x-term'], term), `JSON-LD: ${field!['x-term']}`).toBe(true)
})

it('writes tags, codes and templates in one form', () => {
  const form = /^(\([\dA-F]{4},[\dA-F]{4}\)|[\w-]+ (DCM|SCT|LN|NCIt|UMLS)|TID \d+)$/
  const walk = (node: Node): string[] => [
    ...(node['x-dicom']?.split('; ').filter((each) => !form.test(each)) ?? []),
    ...fieldsOf(node).flatMap(([, child]) => walk(child)),
    ...(node.items ? walk(node.items) : []),
  ]
  expect(entities.flatMap(({ record }) => walk(record as Node))).toEqual([])
})
