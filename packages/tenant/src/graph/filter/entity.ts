/** What Graph's queries can do with the properties of a type of objects. */

/** Works always, or only as an advanced query. https://learn.microsoft.com/graph/aad-advanced-queries */
export type Level = 'default' | 'advanced'

export type PropertyType =
  | 'string'
  | 'boolean'
  | 'date'
  | 'guid'
  | 'number'
  | 'strings'
  | 'complex'
  | 'complexes'

/** Which operators of `$filter` a property has; an operator without a level is not supported. */
interface Filters {
  /** Also `in`; `ne` and `not` are advanced. */
  eq?: Level | undefined
  startsWith?: Level | undefined
  /** `ge` and `le` */
  range?: Level | undefined
  /** `eq null` */
  isNull?: Level | undefined
}

export interface PropertyDefinition {
  type: PropertyType
  filters: Filters
  /** `endsWith` is for a few properties only, and advanced. */
  endsWith: boolean
  /** Of a complex type, by name. */
  members: Readonly<Record<string, PropertyDefinition>>
  /** Graph lists no value for many objects, only for one. */
  isSingle: boolean
  /** Needs a permission of its own, so `*` does not select it. */
  permission: string | undefined
  isReadOnly: boolean
  isNullable: boolean
  maxLength: number | undefined
}

export interface EntityType<T> {
  /** `user`, as in `microsoft.graph.user` */
  name: string
  /** `User`, as the directory's messages name it */
  resource: string
  properties: Readonly<Record<string, PropertyDefinition>>
  /** The properties without `$select`. */
  usual: readonly string[]
  sorts: Readonly<Record<string, Level>>
  /** `x/$count eq 0` is possible for these. */
  countable: readonly string[]
  read(object: T, property: string): unknown
  /** For a caller who may not see every property. @throws GraphError 403 for one by which it may not filter, search or sort */
  requireQueryable?: (property: string) => void
}

const levels: Readonly<Record<string, Level>> = { d: 'default', a: 'advanced' }

interface More {
  endsWith?: boolean
  members?: Readonly<Record<string, PropertyDefinition>>
  isSingle?: boolean
  permission?: string
  isReadOnly?: boolean
  isNullable?: boolean
  maxLength?: number
}

/**
 * @param filters one letter each for `eq`, `startsWith`, `ge`/`le` and `eq null`, in the order of Microsoft's table: `d` by
 * default, `a` in advanced queries, `-` not at all
 */
export function property(
  type: PropertyType,
  filters = '----',
  more: More = {},
): PropertyDefinition {
  const [eq, startsWith, range, isNull] = Array.from(filters, (letter) => levels[letter])
  return {
    type,
    filters: { eq, startsWith, range, isNull },
    endsWith: more.endsWith ?? false,
    members: more.members ?? {},
    isSingle: more.isSingle ?? false,
    permission: more.permission,
    isReadOnly: more.isReadOnly ?? false,
    isNullable: more.isNullable ?? (type !== 'strings' && type !== 'complexes'),
    maxLength: more.maxLength,
  }
}

/** The name of a property as the type spells it; Graph takes any case. */
export function spelled<T>({ properties }: EntityType<T>, name: string): string | undefined {
  if (Object.hasOwn(properties, name)) return name
  const wanted = name.toLowerCase()
  return Object.keys(properties).find((known) => known.toLowerCase() === wanted)
}

/** As `spelled`, for a property that a query filters, searches or sorts by. @throws GraphError 403 */
export function queried<T>(type: EntityType<T>, name: string): string | undefined {
  const known = spelled(type, name)
  if (known !== undefined) type.requireQueryable?.(known)
  return known
}
