/**
 * Advisory profiles: published lists of what a record should tell. They report and never block. Which field answers
 * which item stands at the field (`x-profiles`); what depends on several records is in ontology/completeness/checks.ts.
 */
export const profiles = {
  publish: {
    title: 'Publication',
    version: 'this site',
    about: 'What a dataset needs to go public here. The only profile that blocks.',
  },
  arrive: {
    title: 'ARRIVE 2.0',
    version: 'Essential 10, 2020',
    about:
      'Percie du Sert et al., PLOS Biology 2020;18:e3000410. Items of the recommended set are asked for where a field has them.',
  },
  rembi: {
    title: 'REMBI',
    version: '2021',
    about: 'Sarkans et al., Nature Methods 2021;18:1418, its modules that apply to small-animal imaging.',
  },
  prism: {
    title: 'PRISM',
    version: 'as announced, 2025',
    about:
      'Its full list of fields was not published when this was made. The categories of the announcement: study, subject, model, agent, anaesthesia, handling, imaging.',
  },
  sup187: {
    title: 'DICOM Sup. 187',
    version: 'PS3.16 2024c, TID 8101',
    about: 'What an acquisition context object can hold of an imaging session.',
  },
  bidsPet: {
    title: 'BIDS-PET',
    version: '1.11.2-dev, required keys',
    about: 'Required keys of a PET sidecar that the record answers; those of the reconstruction come from the files.',
  },
} as const
export type ProfileKey = keyof typeof profiles
