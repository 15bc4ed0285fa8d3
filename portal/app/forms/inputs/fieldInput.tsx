/** Which input a kind of field gets. */
import { createElement, type ComponentType } from 'react'
import type { FieldKind } from '#ontology/fieldKind.ts'
import type { InputProps } from './inputProps.ts'
import { ObjectsInput } from './objectsInput.tsx'
import {
  BooleanInput,
  DateInput,
  EnumInput,
  EnumsInput,
  LineInput,
  LongTextInput,
  NumberInput,
  StringsInput,
} from './plain.tsx'
import { QuantityInput } from './quantityInput.tsx'
import { ReferenceInput, ReferencesInput } from './recordPicker.tsx'
import { TermInput, TermsInput } from './termInput.tsx'
import { WhenInput } from './whenInput.tsx'

const inputs = {
  text: LineInput,
  textarea: LongTextInput,
  number: NumberInput,
  boolean: BooleanInput,
  enum: EnumInput,
  enums: EnumsInput,
  date: DateInput,
  when: WhenInput,
  quantity: QuantityInput,
  term: TermInput,
  terms: TermsInput,
  reference: ReferenceInput,
  references: ReferencesInput,
  strings: StringsInput,
  objects: ObjectsInput,
}

interface Props extends InputProps<unknown> {
  kind: Exclude<FieldKind, 'object'>
}

/** Each input narrows the value to what its kind of field holds, which the schema guarantees. */
export const FieldInput = ({ kind, ...props }: Props) =>
  createElement(inputs[kind] as unknown as ComponentType<InputProps<unknown>>, props)
