import { Input, NativeSelect, TextInput } from '@mantine/core'
import type { Quantity } from '#ontology/values.ts'
import { formatUnit } from '../../format.ts'
import { unitsFor } from '../choices.ts'
import styles from '../forms.module.css'
import { useFormState } from '../formContext.ts'
import { groupProps, type InputProps } from './inputProps.ts'
import { useNumberText } from './plain.tsx'

type Entered = { value?: Quantity['value'] | string; unit?: string }

/** A number with its unit, both kept as they were entered. */
export function QuantityInput(props: InputProps<Entered>) {
  const { node, title, pointer, value, onChange, id } = props
  const { record } = useFormState()
  const units = unitsFor(node, pointer, record)
  const unit = value?.unit && units.includes(value.unit) ? value.unit : (units[0] ?? '')
  const number = useNumberText({
    value: value?.value,
    onChange: (next) => onChange(next === undefined ? undefined : { value: next, unit }),
  })
  return (
    <Input.Wrapper {...groupProps(props)} id={id} labelProps={{ htmlFor: id }}>
      <div className={styles.row}>
        <TextInput
          id={id}
          {...number}
          className={styles.grow}
          error={Boolean(props.error)}
          aria-required={props.needed}
        />
        {units.length > 1 ? (
          <NativeSelect
            className={styles.unit}
            aria-label={`Unit of ${title.toLowerCase()}`}
            value={unit}
            onChange={(event) => onChange({ ...value, unit: event.currentTarget.value })}
            data={units.map((one) => ({ value: one, label: formatUnit(one) }))}
          />
        ) : (
          <span className={styles.note} style={{ paddingTop: 9 }}>
            {formatUnit(unit)}
          </span>
        )}
      </div>
    </Input.Wrapper>
  )
}
