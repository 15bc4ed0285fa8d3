import { Input, NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { WhenStamp } from '#ontology/values.ts'
import styles from '../forms.module.css'
import { same } from '../mergePatch.ts'
import { formatOffset, joinStamp, localOffsetMinutes, splitStamp, type StampParts } from '../whenStamp.ts'
import { groupProps, type InputProps } from './inputProps.ts'

const precisions = [
  { value: 'second', label: 'to the second' },
  { value: 'minute', label: 'to the minute' },
  { value: 'hour', label: 'to the hour' },
  { value: 'day', label: 'day only' },
]

const nothing: StampParts = { date: '', time: '', precision: 'minute' }

/** Local date and time with the precision that is really known, in the zone in which it was written down. */
export function WhenInput(props: InputProps<WhenStamp>) {
  const { id, title, value, onChange } = props
  const [entered, setEntered] = useState<StampParts>(nothing)
  // What is being entered stays as it is while the value follows it; a value from elsewhere replaces it.
  const parts = same(joinStamp(entered), value) ? entered : ((value && splitStamp(value)) ?? nothing)
  const change = (next: StampParts) => {
    setEntered(next)
    onChange(joinStamp(next))
  }
  const zone =
    parts.date === '' ? null : (parts.offsetMinutes ?? localOffsetMinutes(parts.date, parts.time || '00:00:00'))
  return (
    <Input.Wrapper {...groupProps(props)} id={id} labelProps={{ htmlFor: id }}>
      <div className={styles.row} style={{ flexWrap: 'wrap' }}>
        <TextInput
          id={id}
          type="date"
          className={styles.date}
          value={parts.date}
          error={Boolean(props.error)}
          aria-required={props.needed}
          onChange={(event) => change({ ...parts, date: event.currentTarget.value })}
        />
        {parts.precision !== 'day' && (
          <TextInput
            type="time"
            aria-label={`${title}, time of day`}
            step={parts.precision === 'second' ? 1 : 60}
            value={parts.precision === 'second' ? parts.time : parts.time.slice(0, 5)}
            onChange={(event) => change({ ...parts, time: withSeconds(event.currentTarget.value) })}
          />
        )}
        <NativeSelect
          aria-label={`${title}, known`}
          value={parts.precision}
          onChange={(event) => change({ ...parts, precision: event.currentTarget.value as WhenStamp['precision'] })}
          data={precisions}
        />
        {zone !== null && parts.precision !== 'day' && parts.time === '' && (
          <span className={styles.note} style={{ paddingTop: 9 }}>
            day only, until a time is given
          </span>
        )}
        {zone !== null && parts.precision !== 'day' && parts.time !== '' && (
          <span className={styles.note} style={{ paddingTop: 9 }}>
            UTC{formatOffset(zone)}
          </span>
        )}
      </div>
    </Input.Wrapper>
  )
}

const withSeconds = (time: string): string => (/^\d\d:\d\d$/.test(time) ? `${time}:00` : time)
