/** Inputs of texts, numbers, dates and closed lists. */
import { Checkbox, Group, NativeSelect, TagsInput, TextInput, Textarea } from '@mantine/core'
import { useState } from 'react'
import { choiceText } from '../choices.ts'
import { exampleOf, groupProps, wrapperProps, type InputProps } from './inputProps.ts'

const orNothing = (text: string): string | undefined => (text === '' ? undefined : text)

export function LineInput(props: InputProps<string>) {
  const { node, value = '', onChange } = props
  return (
    <TextInput
      {...wrapperProps(props)}
      value={value}
      onChange={(event) => onChange(orNothing(event.currentTarget.value))}
      placeholder={exampleOf(node)}
      autoComplete="off"
    />
  )
}

export function LongTextInput(props: InputProps<string>) {
  const { node, value = '', onChange } = props
  return (
    <Textarea
      {...wrapperProps(props)}
      value={value}
      onChange={(event) => onChange(orNothing(event.currentTarget.value))}
      placeholder={exampleOf(node)}
      autosize
      minRows={3}
      maxRows={14}
    />
  )
}

export function DateInput(props: InputProps<string>) {
  const { value = '', onChange } = props
  return (
    <TextInput
      {...wrapperProps(props)}
      type="date"
      value={value}
      onChange={(event) => onChange(orNothing(event.currentTarget.value))}
    />
  )
}

/** A number, or the text as it was typed when it is none: the server then says what is wrong with it. */
export function parseNumber(text: string): number | string | undefined {
  const plain = text.trim().replace(',', '.')
  if (plain === '') return undefined
  const number = Number(plain)
  return Number.isFinite(number) ? number : text
}

interface NumberTextProps {
  value: number | string | undefined
  onChange: (value: number | string | undefined) => void
}

/** Keeps what is typed ("1.", "0.50") while the value is the number. */
export function useNumberText({ value, onChange }: NumberTextProps) {
  const [text, setText] = useState(() => (value === undefined ? '' : String(value)))
  const shown = parseNumber(text) === value ? text : value === undefined ? '' : String(value)
  return {
    value: shown,
    inputMode: 'decimal' as const,
    autoComplete: 'off',
    onChange: (event: { currentTarget: { value: string } }) => {
      setText(event.currentTarget.value)
      onChange(parseNumber(event.currentTarget.value))
    },
  }
}

export function NumberInput(props: InputProps<number | string>) {
  const { value, onChange, node } = props
  return <TextInput {...wrapperProps(props)} {...useNumberText({ value, onChange })} placeholder={exampleOf(node)} />
}

export function BooleanInput(props: InputProps<boolean>) {
  const { value, onChange } = props
  return (
    <NativeSelect
      {...wrapperProps(props)}
      value={value === undefined ? '' : value ? 'yes' : 'no'}
      onChange={(event) => {
        const chosen = event.currentTarget.value
        onChange(chosen === '' ? undefined : chosen === 'yes')
      }}
      data={[
        { value: '', label: '' },
        { value: 'yes', label: 'Yes' },
        { value: 'no', label: 'No' },
      ]}
    />
  )
}

export function EnumInput(props: InputProps<string>) {
  const { node, value = '', onChange } = props
  const choices = (node.enum ?? []).map((one) => ({ value: one, label: choiceText(one) }))
  const data = node.default === undefined || value === '' ? [{ value: '', label: '' }, ...choices] : choices
  return (
    <NativeSelect
      {...wrapperProps(props)}
      value={value}
      onChange={(event) => onChange(orNothing(event.currentTarget.value))}
      data={data}
    />
  )
}

export function EnumsInput(props: InputProps<string[]>) {
  const { node, value = [], onChange } = props
  return (
    <Checkbox.Group id={props.id} {...groupProps(props)} value={value} onChange={(next) => onChange(next)}>
      <Group gap="xs" mt={6}>
        {(node.items?.enum ?? []).map((one) => (
          <Checkbox key={one} value={one} label={choiceText(one)} size="xs" />
        ))}
      </Group>
    </Checkbox.Group>
  )
}

export function StringsInput(props: InputProps<string[]>) {
  const { value = [], onChange } = props
  return (
    <TagsInput
      {...wrapperProps(props)}
      value={value}
      onChange={(next) => onChange(next)}
      placeholder={value.length === 0 ? 'Type and press Enter' : ''}
      acceptValueOnBlur
    />
  )
}
