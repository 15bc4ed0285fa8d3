import { Type, closed, line, oneOf, ref } from '../../vocabulary.ts'

const reading = (title: string, term: string) => Type.Optional(Type.Number({ title, 'x-term': term }))

/** Unit of the values of each channel (UCUM). */
export const channelUnits: Record<string, string> = {
  'heart rate': '/min',
  'respiratory rate': '/min',
  temperature: 'Cel',
  SpO2: '%',
  EtCO2: 'mm[Hg]',
  'blood pressure': 'mm[Hg]',
  ECG: '',
  'respiration waveform': '',
}

/** What was watched while the subject was imaged (metadata model E5; TID 8170 with numbers as extension items). */
export const Monitoring = closed(
  {
    channel: oneOf(
      [
        'heart rate',
        'respiratory rate',
        'temperature',
        'SpO2',
        'EtCO2',
        'blood pressure',
        'ECG',
        'respiration waveform',
      ],
      {
        title: 'Channel',
        'x-level': 'record',
        'x-term': 'viv:channel',
        'x-dicom': '8867-4 LN; 86290005 SCT; 307047009 SCT; 59408-5 LN; TID 8170',
        'x-profiles': { sup187: 'TID 8170' },
      },
    ),
    sensor: Type.Optional(
      oneOf(['carrier sensor', 'rectal', 'thermography', 'pillow', 'electrodes', 'pulse oximeter'], {
        title: 'Sensor',
        'x-term': 'viv:sensor',
        'x-dicom': 'C50304 NCIt',
      }),
    ),
    deviceId: Type.Optional(ref('Instrument', { title: 'Device', 'x-column': false, 'x-term': 'schema:instrument' })),
    mean: reading('Mean', 'viv:mean'),
    minimum: reading('Lowest', 'viv:minimum'),
    maximum: reading('Highest', 'viv:maximum'),
    readings: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1e9, title: 'Number of readings', 'x-term': 'viv:readings' }),
    ),
    fileId: Type.Optional(ref('File', { title: 'Recording', 'x-column': false, 'x-term': 'schema:result' })),
    samplingFrequencyHertz: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        title: 'Sampling frequency (Hz)',
        'x-term': 'viv:samplingFrequency',
        'x-bids': 'SamplingFrequency',
      }),
    ),
    columns: Type.Optional(
      Type.Array(line({ maxLength: 60 }), {
        maxItems: 50,
        title: 'Columns of the recording',
        'x-term': 'viv:columns',
        'x-bids': 'Columns',
      }),
    ),
    gating: Type.Optional(
      oneOf(['none', 'cardiac', 'respiratory', 'both'], {
        title: 'Used for gating',
        'x-term': 'viv:gating',
        'x-dicom': '(0018,9171)',
      }),
    ),
    gatingWindowMilliseconds: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, title: 'Gating window (ms)', 'x-term': 'viv:gatingWindow' }),
    ),
  },
  { 'x-type': 'Monitoring', title: 'Monitoring', 'x-term': 'viv:monitoring' },
)
