/** What a query may cost: fields are counted as often as the lists around them can be long. */
import {
  GraphQLError,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationRule,
  type ValueNode,
} from 'graphql'

/** Field visits that one query may ask for. */
export const mostCost = 200_000
/** Selections that a document may contain at all, aliases and repetitions counted. */
const mostSelections = 2_000
/** Length of a connection when neither `first` nor `last` is given. */
export const usualFirst = 20
export const largestFirst = 200
/** Lists that nobody can cut are short: the subjects of a series, the keywords of a study. */
const usualList = 4
/** Introspection reads lists of the schema; about as long as they are on average. */
const introspected: Record<string, number> = { types: 100, fields: 5, inputFields: 5, args: 3, enumValues: 5 }

type Defaults = ReadonlyMap<string, ValueNode | undefined>

/** Where the count is: in which type, in which fragments, and in the schema itself or in the data. */
interface Place {
  type: GraphQLNamedType | undefined
  fragments: readonly string[]
  defaults: Defaults
  inSchema: boolean
}

/** A validation rule with the variables of the request, so that `first: $n` is counted too. */
export const costRule =
  (variables: Record<string, unknown>): ValidationRule =>
  (context) => {
    const schema: GraphQLSchema = context.getSchema()
    const fragments = new Map<string, FragmentDefinitionNode>()
    let selections = 0

    const lengthOf = (field: FieldNode, defaults: Defaults): number => {
      const asked = field.arguments?.find(({ name }) => name.value === 'first' || name.value === 'last')?.value
      const given = asked?.kind === Kind.VARIABLE ? variables[asked.name.value] : undefined
      const literal = asked?.kind === Kind.VARIABLE ? defaults.get(asked.name.value) : asked
      const length = Number(given ?? (literal?.kind === Kind.INT ? literal.value : usualFirst))
      return Number.isFinite(length) ? Math.max(1, length) : usualFirst
    }

    const costOfField = (field: FieldNode, place: Place): number => {
      const name = field.name.value
      if (place.inSchema || name === '__schema' || name === '__type') {
        return 1 + (introspected[name] ?? 1) * costOf(field.selectionSet, { ...place, inSchema: true })
      }
      const found = place.type && 'getFields' in place.type ? String(place.type.getFields()[name]?.type ?? '') : ''
      const type = schema.getType(found.replaceAll(/[[\]!]/g, ''))
      const isConnection = type?.name.endsWith('Connection') ?? false
      const isItems = place.type?.name.endsWith('Connection') ?? false
      const times = isConnection ? lengthOf(field, place.defaults) : found.startsWith('[') && !isItems ? usualList : 1
      return 1 + times * costOf(field.selectionSet, { ...place, type })
    }

    const costOf = (set: SelectionSetNode | undefined, place: Place): number => {
      let cost = 0
      for (const selection of set?.selections ?? []) {
        if (++selections > mostSelections) return Infinity
        if (selection.kind === Kind.FIELD) cost += costOfField(selection, place)
        else if (selection.kind === Kind.INLINE_FRAGMENT) cost += costOf(selection.selectionSet, place)
        else {
          const name = selection.name.value
          const fragment = fragments.get(name)
          // A cycle of fragments is another rule's finding; here it must only end.
          if (!fragment || place.fragments.includes(name)) continue
          const type = place.inSchema ? place.type : schema.getType(fragment.typeCondition.name.value)
          cost += costOf(fragment.selectionSet, { ...place, type, fragments: [...place.fragments, name] })
        }
        if (cost > mostCost) return cost
      }
      return cost
    }

    const costOfOperation = (operation: OperationDefinitionNode): number =>
      costOf(operation.selectionSet, {
        type: schema.getQueryType() ?? undefined,
        fragments: [],
        defaults: new Map(operation.variableDefinitions?.map((v) => [v.variable.name.value, v.defaultValue])),
        inSchema: false,
      })

    return {
      Document({ definitions }) {
        for (const definition of definitions)
          if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
        for (const definition of definitions) {
          if (definition.kind !== Kind.OPERATION_DEFINITION || costOfOperation(definition) <= mostCost) continue
          const message = `This query asks for too much (more than ${mostCost} field visits). Ask for fewer fields, shorter lists (first) or less depth.`
          context.reportError(new GraphQLError(message, { extensions: { code: 'too-large' } }))
        }
      },
    }
  }
