/**
 * Checks a filter against what Graph's directory supports, and makes a test of it.
 * https://learn.microsoft.com/graph/aad-advanced-queries and https://learn.microsoft.com/graph/filter-query-parameter
 */

import { badRequest, unsupportedQuery } from '../errors.ts'
import { queried, type EntityType, type Level, type PropertyDefinition } from './entity.ts'
import { parseFilter, type Expression, type Literal } from './parse.ts'

type Test<T> = (object: T) => boolean

interface Scope<T> {
  type: EntityType<T>
  /** The header `ConsistencyLevel: eventual` and `$count=true`, or `$count` as a segment. */
  isAdvanced: boolean
}

/** A property that a filter names, how to read it, and its name for messages. */
interface Target<T> {
  definition: PropertyDefinition
  name: string
  read: (object: T) => unknown
}

/** @throws GraphError 400 for what Graph does not support, or only in advanced queries */
export function compileFilter<T>(text: string, scope: Scope<T>): Test<T> {
  return compile(parseFilter(text), scope, (path) => propertyTarget(path, scope))
}

type Resolve<T> = (path: readonly string[]) => Target<T>

function compile<T, O>(part: Expression, scope: Scope<T>, resolve: Resolve<O>): Test<O> {
  if (part.kind === 'and') {
    const tests = part.parts.map((one) => compile(one, scope, resolve))
    return (object) => tests.every((test) => test(object))
  }
  if (part.kind === 'or') {
    refuseLong(part.parts.length)
    const tests = part.parts.map((one) => compile(one, scope, resolve))
    return (object) => tests.some((test) => test(object))
  }
  if (part.kind === 'not') {
    requireAdvanced(scope, 'not')
    const test = compile(part.part, scope, resolve)
    return (object) => !test(object)
  }
  if (part.kind === 'any') return anyTest(part, scope, resolve)
  if (part.kind === 'in') return inTest(part, scope, resolve)
  if (part.kind === 'call') return callTest(part, scope, resolve)
  if (part.path.at(-1) === '$count') return countTest(part, scope, resolve)
  return compareTest(part, scope, resolve(part.path))
}

/** Graph takes 15 clauses with `or`, and 15 values of `in`. */
const mostClauses = 15

function refuseLong(count: number): void {
  if (count <= mostClauses) return
  throw unsupportedQuery(
    `Too many child clauses specified in search filter expression containing 'OR' operators: ${count}. Max allowed: ${mostClauses}.`,
  )
}

function requireAdvanced<T>({ isAdvanced }: Scope<T>, operator: string): void {
  if (isAdvanced) return
  throw unsupportedQuery(
    `Operator '${operator}' is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information`,
  )
}

function requireLevel<T>(scope: Scope<T>, level: Level | undefined, name: string): void {
  if (level === 'default' || (level === 'advanced' && scope.isAdvanced)) return
  throw unsupportedQuery(
    `Unsupported or invalid query filter clause specified for property '${name}' of resource '${scope.type.resource}'.`,
  )
}

function propertyTarget<T>(path: readonly string[], { type }: Scope<T>): Target<T> {
  const [first = '', ...rest] = path
  const name = queried(type, first)
  const definition = name === undefined ? undefined : type.properties[name]
  if (name === undefined || !definition) throw unknownProperty(first, type.name)
  const target = { definition, name, read: (object: T) => type.read(object, name) }
  return memberTarget(target, rest)
}

function memberTarget<O>(target: Target<O>, path: readonly string[]): Target<O> {
  const [first, ...rest] = path
  if (first === undefined) return target
  const names = Object.keys(target.definition.members)
  const name = names.find((known) => known.toLowerCase() === first.toLowerCase())
  const definition = name === undefined ? undefined : target.definition.members[name]
  if (name === undefined || !definition) throw unknownProperty(first, target.name)
  const read = (object: O) => memberOf(target.read(object), name)
  return memberTarget({ definition, name: `${target.name}/${name}`, read }, rest)
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null
  return (value as Readonly<Record<string, unknown>>)[name]
}

function unknownProperty(name: string, type: string) {
  return badRequest(
    `Invalid filter clause: Could not find a property named '${name}' on type 'microsoft.graph.${type}'.`,
  )
}

type Part<K extends Expression['kind']> = Extract<Expression, { kind: K }>

function compareTest<T, O>(
  { operator, literal }: Part<'compare'>,
  scope: Scope<T>,
  target: Target<O>,
): Test<O> {
  const { definition, name, read } = target
  refuseList(scope, target)
  if (operator === 'eq' || operator === 'ne') {
    const level = literal.type === 'null' ? definition.filters.isNull : definition.filters.eq
    requireLevel({ ...scope, isAdvanced: true }, level, name)
    if (operator === 'ne') requireAdvanced(scope, 'ne')
    else requireLevel(scope, level, name)
    const wanted = convert(literal, definition, operator === 'eq' ? 'Equal' : 'NotEqual')
    return operator === 'eq'
      ? (object) => comparable(read(object), definition) === wanted
      : (object) => comparable(read(object), definition) !== wanted
  }
  // The directory's properties have `ge` and `le`; no page lists `gt` or `lt` for any of them.
  const isRange = operator === 'ge' || operator === 'le'
  requireLevel(scope, isRange ? definition.filters.range : undefined, name)
  const bound = Number(convert(literal, definition, 'GreaterThanOrEqual'))
  return (object) => {
    const value = comparable(read(object), definition)
    if (typeof value !== 'number') return false
    return operator === 'ge' ? value >= bound : value <= bound
  }
}

function inTest<T, O>(
  { path, literals }: Part<'in'>,
  scope: Scope<T>,
  resolve: Resolve<O>,
): Test<O> {
  const target = resolve(path)
  const { definition, name, read } = target
  refuseList(scope, target)
  refuseLong(literals.length)
  requireLevel(scope, definition.filters.eq, name)
  const wanted = new Set(literals.map((literal) => convert(literal, definition, 'Equal')))
  return (object) => wanted.has(comparable(read(object), definition))
}

function callTest<T, O>(
  { name, path, literal }: Part<'call'>,
  scope: Scope<T>,
  resolve: Resolve<O>,
) {
  const target = resolve(path)
  refuseList(scope, target)
  const part = String(literal.value).toLowerCase()
  const text = (object: O) => {
    const value = target.read(object)
    return typeof value === 'string' ? value.toLowerCase() : undefined
  }
  if (name === 'startswith') {
    requireLevel(scope, target.definition.filters.startsWith, target.name)
    return (object: O) => text(object)?.startsWith(part) ?? false
  }
  // The directory has no `contains`; `$search` takes its place.
  requireLevel(
    { ...scope, isAdvanced: true },
    name === 'endswith' && target.definition.endsWith ? 'advanced' : undefined,
    target.name,
  )
  requireAdvanced(scope, 'endsWith')
  return (object: O) => text(object)?.endsWith(part) ?? false
}

/** A list can be filtered by `any` only. */
function refuseList<T, O>(scope: Scope<T>, { definition, name }: Target<O>): void {
  const isValue = !['strings', 'complex', 'complexes'].includes(definition.type)
  requireLevel(scope, isValue ? 'default' : undefined, name)
}

function anyTest<T, O>(
  { path, variable, part }: Part<'any'>,
  scope: Scope<T>,
  resolve: Resolve<O>,
): Test<O> {
  const target = resolve(path)
  const { definition, name, read } = target
  const isList = definition.type === 'strings' || definition.type === 'complexes'
  requireLevel(scope, isList && part ? 'default' : undefined, name)
  const item: Target<unknown> = {
    // The levels of a list of strings are those of its items.
    definition: { ...definition, type: definition.type === 'strings' ? 'string' : 'complex' },
    name,
    read: (value) => value,
  }
  const test = compile<T, unknown>(part as Expression, scope, ([first, ...rest]) => {
    if (first === variable) return memberTarget(item, rest)
    throw unknownProperty(first ?? '', scope.type.name)
  })
  return (object) => {
    const values = read(object)
    return Array.isArray(values) && values.some(test)
  }
}

/** `otherMails/$count eq 0`: only 0, for the lists of Microsoft's table, and advanced. */
function countTest<T, O>(
  { path, operator, literal }: Part<'compare'>,
  scope: Scope<T>,
  resolve: Resolve<O>,
): Test<O> {
  const { name, read } = resolve(path.slice(0, -1))
  const isSupported =
    scope.type.countable.includes(name) &&
    (operator === 'eq' || operator === 'ne') &&
    literal.type === 'number' &&
    literal.value === 0
  requireLevel(scope, isSupported ? 'advanced' : undefined, name)
  const isEmpty = (object: O) => {
    const values = read(object)
    return Array.isArray(values) && values.length === 0
  }
  return operator === 'eq' ? isEmpty : (object) => !isEmpty(object)
}

/** A value in the form in which values of its type are compared: strings in lower case, dates in milliseconds. */
function comparable(value: unknown, { type }: PropertyDefinition): unknown {
  if (typeof value !== 'string') return value ?? null
  return type === 'date' ? Date.parse(value) : value.toLowerCase()
}

const edmTypes: Readonly<Record<string, string>> = {
  string: 'Edm.String',
  boolean: 'Edm.Boolean',
  date: 'Edm.DateTimeOffset',
  guid: 'Edm.Guid',
  number: 'Edm.Int32',
}

/** @throws GraphError 400 for a literal of another type */
function convert(literal: Literal, { type }: PropertyDefinition, operator: string): unknown {
  if (literal.type === 'null') return null
  const isGuid = type === 'guid' && literal.type === 'string'
  // Ids are strings in Graph, and clients write them both ways.
  const isText = type === 'string' && literal.type === 'guid'
  if (literal.type !== type && !isGuid && !isText) {
    throw badRequest(
      `Invalid filter clause: A binary operator with incompatible types was detected. Found operand types '${edmTypes[type] ?? type}' and '${edmTypes[literal.type] ?? literal.type}' for operator kind '${operator}'.`,
    )
  }
  if (literal.type === 'date') return Date.parse(literal.value)
  return typeof literal.value === 'string' ? literal.value.toLowerCase() : literal.value
}
