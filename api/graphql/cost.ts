/** What a query may cost: fields are counted as often as the lists around them can be long. */
import {
  GraphQLError,
  Kind,
  type FragmentDefinitionNode,
  type SelectionSetNode,
  type ValidationRule,
  type ValueNode,
} from 'graphql'

/** Field visits that one query may ask for. */
export const mostCost = 200_000
/** Selections that a document may contain at all, aliases and repetitions counted. */
export const mostSelections = 2_000
const defaultFirst = 20
export const largestFirst = 200

/** A validation rule with the variables of the request, so that `first: $n` is counted too. */
export const costRule =
  (variables: Record<string, unknown>): ValidationRule =>
  (context) => {
    const fragments = new Map<string, FragmentDefinitionNode>()
    let selections = 0

    const firstOf = (value: ValueNode | undefined): number => {
      if (value?.kind === Kind.INT) return Number(value.value)
      if (value?.kind === Kind.VARIABLE) return Number(variables[value.name.value] ?? defaultFirst)
      return defaultFirst
    }

    const costOf = (set: SelectionSetNode | undefined, path: readonly string[]): number => {
      let cost = 0
      for (const selection of set?.selections ?? []) {
        if (++selections > mostSelections) return Infinity
        if (selection.kind === Kind.FRAGMENT_SPREAD) {
          const name = selection.name.value
          // A cycle of fragments is another rule's finding; here it must only end.
          if (!path.includes(name)) cost += costOf(fragments.get(name)?.selectionSet, [...path, name])
        } else if (selection.kind === Kind.INLINE_FRAGMENT) cost += costOf(selection.selectionSet, path)
        else {
          const name = selection.name.value
          const isList = selection.selectionSet?.selections.some(
            (s) => s.kind === Kind.FIELD && ['nodes', 'edges'].includes(s.name.value),
          )
          const first = selection.arguments?.find((a) => a.name.value === 'first')?.value
          const times = isList || first ? Math.max(1, firstOf(first)) : 1
          cost += 1 + (name.startsWith('__') ? 0 : times * costOf(selection.selectionSet, path))
        }
        if (cost > mostCost) return cost
      }
      return cost
    }

    return {
      Document(document) {
        for (const definition of document.definitions)
          if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
        for (const definition of document.definitions) {
          if (definition.kind !== Kind.OPERATION_DEFINITION) continue
          const cost = costOf(definition.selectionSet, [])
          if (cost > mostCost) {
            context.reportError(
              new GraphQLError(
                `This query asks for too much (more than ${mostCost} field visits). Ask for fewer fields, shorter lists (first) or less depth.`,
                {
                  extensions: { code: 'too-large' },
                },
              ),
            )
          }
        }
      },
    }
  }
