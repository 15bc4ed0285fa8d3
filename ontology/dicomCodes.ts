/**
 * DICOM codes of choices in the record, as PS3.16 prints them in its context groups: [code, scheme, meaning]. SNOMED CT
 * codes are those of the DICOM subset. Terms of the term lists carry their own codes.
 */
export type DicomCode = readonly [value: string, scheme: string, meaning: string]

/** What nobody wrote down and a template asks for; of our own scheme. */
export const notRecordedCode: DicomCode = ['not-recorded', '99VIVARCHIVE', 'Not recorded']

/** By concept, then by the choice as the record has it. */
export const dicomCodes: Record<string, Record<string, DicomCode>> = {
  // CID 634
  phase: {
    'home cage': ['127101', 'DCM', 'Home cage'],
    transport: ['127102', 'DCM', 'Transport'],
    staging: ['127103', 'DCM', 'Staging prior to imaging'],
    preparation: ['127104', 'DCM', 'Preparation for imaging'],
    induction: ['241687005', 'SCT', 'Induction'],
    imaging: ['363679005', 'SCT', 'Imaging procedure'],
    recovery: ['C0002908', 'UMLS', 'Recovery'],
  },
  // CID 609
  feeding: {
    'ad libitum': ['C64636', 'NCIt', 'ad libitum'],
    restricted: ['C0425422', 'UMLS', 'Restricted diet'],
    gavage: ['61420007', 'SCT', 'Gavage'],
    treat: ['127391', 'DCM', 'Treat'],
  },
  // CID 607
  feed: {
    NIH31: ['127270', 'DCM', 'NIH31'],
    NIH07: ['127271', 'DCM', 'NIH07'],
    AIN76: ['127272', 'DCM', 'AIN76'],
    AIN93G: ['127273', 'DCM', 'AIN93G'],
    AIN93M: ['127274', 'DCM', 'AIN93M'],
  },
  // CID 610
  water: {
    tap: ['444923006', 'SCT', 'Tap water'],
    distilled: ['444883009', 'SCT', 'Distilled water'],
    'reverse osmosis': ['127290', 'DCM', 'Reverse osmosis purified water'],
    'reverse osmosis, acidified': ['127291', 'DCM', 'Reverse osmosis purified, HCl acidified water'],
  },
  // CID 635
  heating: {
    'forced air heater': ['127250', 'DCM', 'Forced air heater'],
    'heated imaging device': ['127251', 'DCM', 'Heated imaging device'],
    'heated support': ['127252', 'DCM', 'Heated support'],
    'water blanket': ['127253', 'DCM', 'Water blanket'],
    'pre-heated pad': ['127254', 'DCM', 'Pre-heated pad'],
    'electric pad': ['27812008', 'SCT', 'Electric heating pad'],
    'heat lamp': ['C0181514', 'UMLS', 'Heat lamp'],
    warmer: ['71384000', 'SCT', 'Warmer'],
    unheated: ['127255', 'DCM', 'Unheated'],
  },
  // CID 636
  heatingSensor: {
    'carrier sensor': ['127240', 'DCM', 'Carrier temperature sensor'],
    rectal: ['307047009', 'SCT', 'Rectal temperature'],
    thermography: ['C0039810', 'UMLS', 'Thermography'],
  },
  // CID 603
  roomType: {
    housing: ['127370', 'DCM', 'Animal housing room'],
    preparation: ['127371', 'DCM', 'Animal preparation room'],
    imaging: ['127372', 'DCM', 'Imaging procedure room'],
    induction: ['414485004', 'SCT', 'Induction room'],
    isolation: ['409688003', 'SCT', 'Isolation room'],
    recovery: ['398161000', 'SCT', 'Recovery room'],
  },
  // CID 605
  bedding: {
    'aspen chip': ['127230', 'DCM', 'Aspen chip'],
    'aspen shaving': ['127231', 'DCM', 'Aspen shaving'],
    'corn cob': ['127232', 'DCM', 'Corn cob'],
    paper: ['127233', 'DCM', 'Paper'],
    'pine chip': ['127234', 'DCM', 'Pine chip'],
    'pine shaving': ['127235', 'DCM', 'Pine shaving'],
  },
  // CID 611
  category: {
    general: ['50697003', 'SCT', 'General anesthesia'],
    sedation: ['72641008', 'SCT', 'Sedation'],
    local: ['386761002', 'SCT', 'Local anesthesia'],
    regional: ['27372005', 'SCT', 'Regional anesthesia'],
    spinal: ['231249005', 'SCT', 'Spinal anesthesia'],
    epidural: ['18946005', 'SCT', 'Epidural anesthesia'],
    topical: ['386760001', 'SCT', 'Topical anesthesia'],
  },
  // CID 617
  airway: {
    'nose cone': ['127060', 'DCM', 'Nose cone'],
    'nasal cannula': ['127061', 'DCM', 'Nasal cannula'],
    'face mask': ['297120004', 'SCT', 'Face mask'],
    intubation: ['447996002', 'SCT', 'Intubation'],
    'laryngeal mask': ['424979004', 'SCT', 'Laryngeal mask airway'],
    tracheostomy: ['180640008', 'SCT', 'Tracheostomy'],
    'controlled ventilation': ['243147009', 'SCT', 'Controlled ventilation'],
    'oxygen therapy': ['57485005', 'SCT', 'Oxygen therapy'],
  },
  // CID 621; what has no code there is not recorded as one
  role: {
    anaesthetic: ['373288007', 'SCT', 'General anesthetic'],
    'carrier gas': ['127330', 'DCM', 'Carrier gas'],
  },
  // CID 631
  procedurePhase: {
    premedication: ['307153007', 'SCT', 'Before'],
    induction: ['307153007', 'SCT', 'Before'],
    maintenance: ['307154001', 'SCT', 'During'],
    reversal: ['303110006', 'SCT', 'After'],
  },
  // CID 637
  substanceType: {
    'cell-line graft': ['127460', 'DCM', 'Tumor graft'],
    PDX: ['127460', 'DCM', 'Tumor graft'],
    infection: ['49872002', 'SCT', 'Virus'],
    chemical: ['80917008', 'SCT', 'Toxin'],
  },
  // CID 644
  site: {
    flank: ['58602004', 'SCT', 'Flank'],
    brain: ['12738006', 'SCT', 'Brain'],
    liver: ['10200004', 'SCT', 'Liver'],
    'bone marrow': ['14016003', 'SCT', 'Bone marrow'],
    tumour: ['108369006', 'SCT', 'Tumor'],
    'mouse mammary fat pad': ['C22550', 'NCIt', 'Mammary fat pad'],
  },
  // CID 244
  laterality: {
    left: ['7771000', 'SCT', 'Left'],
    right: ['24028007', 'SCT', 'Right'],
    bilateral: ['51440002', 'SCT', 'Bilateral'],
  },
  // CID 645
  tissue: {
    brain: ['12738006', 'SCT', 'Brain'],
    lung: ['39607008', 'SCT', 'Lung'],
    colon: ['71854001', 'SCT', 'Colon'],
    prostate: ['41216001', 'SCT', 'Prostate'],
    skin: ['39937001', 'SCT', 'Skin'],
    pancreas: ['15776009', 'SCT', 'Pancreas'],
    kidney: ['64033007', 'SCT', 'Kidney'],
    ovary: ['15497006', 'SCT', 'Ovary'],
    'mammary gland': ['76752008', 'SCT', 'Breast'],
  },
  // CID 646
  procedure: {
    PT: ['44139-4', 'LN', 'PET whole body'],
    MR: ['46358-8', 'LN', 'MRI whole body'],
    CT: ['46305-9', 'LN', 'CT whole body'],
    NM: ['127901', 'DCM', 'SPECT whole body'],
    US: ['24135002', 'SCT', 'Ultrasound whole body'],
  },
}

export const dicomCode = (concept: string, choice: string | undefined): DicomCode | undefined =>
  choice === undefined ? undefined : dicomCodes[concept]?.[choice]
