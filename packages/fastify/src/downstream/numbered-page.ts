/**
 * A page of a list of Graph by its number. Graph leads from one page to the next only, so the ids of what comes before
 * are read in blocks of 999, from the nearer end: 50 requests at most for the middle of 100,000 users.
 */
import type { FastifyRequest } from 'fastify'
import { type Static, type TSchema, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { ProblemError } from '../errors.ts'
import type { CallHeader } from './http.ts'

/** A list of directory objects, which have an `id`. */
export interface NumberedList<Item extends TSchema> {
  /** A key of `downstreamApis`: Graph, or what answers as it does. */
  api: string
  path: string
  /** `$orderby` with one property, and what else decides what is in the list: `$search`, `$filter`. */
  query: Readonly<Record<string, string>> & { $orderby: string }
  headers?: Partial<Record<CallHeader, string>>
  /** The properties of an item, and its schema. */
  $select: string
  item: Item
}

export interface PageNumber {
  /** From 1; beyond the end, the last page is meant. */
  number: number
  /** Items per page, at most 100. */
  top: number
  /** `near` of another page of the same list, which shortens the way. The caller seals it if a browser keeps it. */
  near?: string | undefined
}

export interface NumberedPage<Item> {
  items: Item[]
  /** Null if Graph did not count. */
  total: number | null
  number: number
  isLast: boolean
  /** A place near this page and both of its neighbours. */
  near: string
}

const Block = Type.Object({
  /** What Graph's link adds to the query; the beginning has none. */
  page: Type.Optional(Type.String()),
  /** How many items come before it. */
  first: Type.Integer(),
  /** Counted from the end of the list. */
  reversed: Type.Boolean(),
})

type Block = Static<typeof Block>

const places = Compile(
  Type.Object({ block: Block, total: Type.Union([Type.Integer(), Type.Null()]) }),
)

const beginning: Block = { first: 0, reversed: false }
const fromTheEnd: Block = { first: 0, reversed: true }

/** The most that Graph gives at once. */
const blockSize = 999
/** The most for one answer: a list of 120,000 can be reached everywhere. */
const maxBlocks = 61

/** @throws ProblemError `invalid_request` for a page that is too far from both ends of the list, and as `callApi` */
export async function pageByNumber<Item extends TSchema>(
  request: FastifyRequest,
  list: NumberedList<Item>,
  { number, top, near }: PageNumber,
): Promise<NumberedPage<Static<Item>>> {
  const known = near === undefined ? undefined : placeIn(near)
  try {
    return await read(request, list, { number, top }, known)
  } catch (error) {
    // Without the place that Graph has forgotten, the way is longer.
    if (known && isExpiredPage(error)) return read(request, list, { number, top })
    throw error
  }
}

/** `Directory_ExpiredPageToken`, its older name `Directory_ExpiredSkipToken`, `syncStateNotFound` … */
const expiredPage = /(?:expired|invalid|unknown)(?:page|skip)token|syncstate|resyncrequired/i

/** Whether Graph has forgotten the place in the list. Its page tokens last for minutes or hours. */
export function isExpiredPage(error: unknown): boolean {
  if (!(error instanceof ProblemError)) return false
  return error.apiStatus === 410 || error.apiCodes.some((code) => expiredPage.test(code))
}

type Place = { block: Block; total: number | null }

function placeIn(near: string): Place | undefined {
  const place: unknown = JSON.parse(near)
  return places.Check(place) ? place : undefined
}

async function read<Item extends TSchema>(
  request: FastifyRequest,
  list: NumberedList<Item>,
  asked: { number: number; top: number },
  known?: Place,
): Promise<NumberedPage<Static<Item>>> {
  const begun = known ? undefined : await readBlock(request, list, beginning)
  const total = known ? known.total : (begun?.total ?? null)
  const { number, start, count } = rangeOf(asked, total)
  const startFrom = ({ reversed }: Block) => (reversed ? (total ?? 0) - start - count : start)
  const distance = (block: Block) => startFrom(block) - block.first
  const ways = [beginning, total === null ? [] : fromTheEnd, known?.block ?? []].flat()
  const [from = beginning] = ways
    .filter((block) => distance(block) >= 0)
    .toSorted((one, other) => distance(one) - distance(other))
  const range = { start: startFrom(from), count }
  const { ids, blocks } = await idsIn(request, list, range, {
    block: from,
    content: from === beginning ? begun : undefined,
  })
  const items = await itemsById(request, list, from.reversed ? ids.toReversed() : ids)
  const block =
    blocks.findLast(({ first }) => first <= range.start - asked.top) ?? blocks[0] ?? from
  const isLast = total === null ? ids.length < asked.top : start + count >= total
  return { items, total, number, isLast, near: JSON.stringify({ block, total }) }
}

function rangeOf({ number, top }: { number: number; top: number }, total: number | null) {
  if (total === null) return { number, start: (number - 1) * top, count: top }
  const existing = Math.min(number, Math.max(1, Math.ceil(total / top)))
  const start = (existing - 1) * top
  return { number: existing, start, count: Math.min(top, total - start) }
}

const Ids = Type.Object({
  value: Type.Array(Type.Object({ id: Type.String() })),
  '@odata.count': Type.Optional(Type.Integer()),
  '@odata.nextLink': Type.Optional(Type.String()),
})

async function readBlock<Item extends TSchema>(
  request: FastifyRequest,
  { api, path, query: own, headers = {} }: NumberedList<Item>,
  { page, reversed }: Block,
) {
  const $orderby = reversed ? turned(own.$orderby) : own.$orderby
  const query = { ...own, $orderby, $select: 'id', $top: String(blockSize), $count: 'true' }
  const answer = await request.callApi(api, path, { query, page, headers, answer: Ids })
  const link = answer['@odata.nextLink']
  return {
    ids: answer.value.map(({ id }) => id),
    total: answer['@odata.count'],
    next: link === undefined ? undefined : request.nextPage(api, path, { query, link }),
  }
}

function turned($orderby: string): string {
  const [property = '', direction] = $orderby.split(' ')
  return direction === 'desc' ? property : `${property} desc`
}

interface Beginning {
  block: Block
  content: Awaited<ReturnType<typeof readBlock>> | undefined
}

/** The ids of a range, and the blocks that were read on the way. */
async function idsIn<Item extends TSchema>(
  request: FastifyRequest,
  list: NumberedList<Item>,
  { start, count }: { start: number; count: number },
  from: Beginning,
) {
  const ids: string[] = []
  const blocks: Block[] = []
  let { block } = from
  let content = from.content ?? (await readBlock(request, list, block))
  for (;;) {
    const { first, reversed } = block
    blocks.push(block)
    ids.push(...content.ids.slice(Math.max(0, start - first), Math.max(0, start + count - first)))
    if (ids.length >= count || content.next === undefined) return { ids, blocks }
    if (blocks.length === maxBlocks) {
      throw new ProblemError('invalid_request', 'querystring: page is too far into the list')
    }
    block = { page: content.next, first: first + content.ids.length, reversed }
    content = await readBlock(request, list, block)
  }
}

/** `in` takes 15 values: https://learn.microsoft.com/graph/filter-query-parameter */
const idsPerRequest = 15

/** In the order of the ids, without what was deleted meanwhile. */
async function itemsById<Item extends TSchema>(
  request: FastifyRequest,
  { api, path, $select, item }: NumberedList<Item>,
  ids: readonly string[],
): Promise<Static<Item>[]> {
  if (ids.length === 0) return []
  const answer = Type.Object({
    value: Type.Array(Type.Intersect([Type.Object({ id: Type.String() }), item])),
  })
  const parts = Array.from({ length: Math.ceil(ids.length / idsPerRequest) }, (_, part) =>
    ids.slice(part * idsPerRequest, (part + 1) * idsPerRequest),
  )
  const requests = parts.map((part, index) => {
    const $filter = `id in (${part.map((id) => `'${id.replaceAll("'", "''")}'`).join(',')})`
    return [String(index), { path, query: { $select, $filter }, answer }] as const
  })
  const outcomes = await request.batch(api, Object.fromEntries(requests))
  const found = Object.values(outcomes).flatMap((outcome) => {
    if (!outcome.ok) throw outcome.error
    return (outcome.body as { value: ({ id: string } & Static<Item>)[] }).value
  })
  const byId = new Map(found.map((one) => [one.id, one]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}
