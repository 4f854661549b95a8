/** Lists of users in Graph, and a page of one by its number. */
import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { ProblemError } from '@gatehouse/fastify'
import { DirectoryUser } from '@gatehouse/shared/users'

/** A list: what is searched for, and in which order. */
export const List = Type.Object({
  search: Type.Optional(Type.String()),
  sort: Type.Optional(Type.String()),
  /** Users per page. */
  top: Type.Integer(),
})

export type List = Static<typeof List>

export const users = '/users'

/** Graph accepts $count and $search, its advanced queries, with this header only. */
export const advanced = { consistencylevel: 'eventual' } as const

/** The properties of a user that the API gives. */
const properties = 'id,displayName,givenName,surname,mail,userPrincipalName'

export function graphQuery({ search, sort, top }: List, $select = properties) {
  return {
    $select,
    $top: String(top),
    $count: 'true',
    ...(search && { $search: searchClause(search) }),
    ...(sort && { $orderby: sort === '-name' ? 'displayName desc' : 'displayName' }),
  }
}

/** Graph's $search: quoted clauses; a quote or backslash inside is escaped (advanced queries, Microsoft). */
function searchClause(text: string): string {
  const escaped = text.replace(/["\\]/g, String.raw`\$&`)
  const searched = ['displayName', 'userPrincipalName', 'mail']
  return searched.map((property) => `"${property}:${escaped}"`).join(' OR ')
}

/** A place in the list where reading can begin. */
export const Block = Type.Object({
  /** What Graph's link adds to the query; the beginning has none. */
  page: Type.Optional(Type.String()),
  /** How many users come before it. */
  first: Type.Integer(),
  /** Counted from the end of the list. */
  reversed: Type.Boolean(),
})

type Block = Static<typeof Block>

/** Where an earlier answer has been. */
export interface Signpost {
  block: Block
  total: number | null
}

/** The most that Graph gives at once. */
const blockSize = 999
/** The most for one answer: a list of 120,000 users can be reached everywhere. */
const maxBlocks = 61

const Ids = Type.Object({
  value: Type.Array(Type.Object({ id: Type.String() })),
  '@odata.count': Type.Optional(Type.Integer()),
  '@odata.nextLink': Type.Optional(Type.String()),
})

/**
 * The users of a page, and a place near it and both of its neighbours. Graph leads from one page to the next only, so the
 * ids of the users before it are read in blocks of 999, from the nearer end of the list: 50 requests at most for the
 * middle of 100,000 users.
 *
 * @param number from 1; beyond the end, the last page is meant
 * @param signpost of the same list, if there is one
 * @throws ProblemError `invalid_request` for a page that is too far from both ends of the list, and as `callApi`
 */
export async function pageByNumber(
  request: FastifyRequest,
  list: List,
  number: number,
  signpost?: Signpost,
) {
  const begun = signpost ? undefined : await readBlock(request, list, beginning)
  const total = signpost?.total ?? begun?.total ?? null
  const wanted = rangeOf(number, list.top, total)
  const startFrom = ({ reversed }: Block) =>
    reversed ? (total ?? 0) - wanted.start - wanted.count : wanted.start
  const distance = (block: Block) => startFrom(block) - block.first
  const places = [
    beginning,
    ...(total === null ? [] : [fromTheEnd]),
    ...(signpost ? [signpost.block] : []),
  ]
  const [from = beginning] = places
    .filter((block) => distance(block) >= 0)
    .toSorted((one, other) => distance(one) - distance(other))
  const range = { ...wanted, start: startFrom(from) }
  const { ids, blocks } = await idsIn(
    request,
    list,
    range,
    from,
    from === beginning ? begun : undefined,
  )
  const found = await usersById(request, from.reversed ? ids.toReversed() : ids)
  const near = blocks.findLast(({ first }) => first <= range.start - list.top)
  return { users: found, total, number: wanted.number, block: near ?? blocks[0] ?? from }
}

const beginning: Block = { first: 0, reversed: false }
const fromTheEnd: Block = { first: 0, reversed: true }

function rangeOf(number: number, top: number, total: number | null) {
  if (total === null) return { number, start: (number - 1) * top, count: top }
  const last = Math.max(1, Math.ceil(total / top))
  const existing = Math.min(number, last)
  const start = (existing - 1) * top
  return { number: existing, start, count: Math.min(top, total - start) }
}

async function readBlock(request: FastifyRequest, list: List, block: Block) {
  const { sort = 'name' } = list
  const turned = sort === '-name' ? 'name' : '-name'
  const asked = { ...list, top: blockSize, sort: block.reversed ? turned : sort }
  const query = graphQuery(asked, 'id')
  const { page } = block
  const answer = await request.callApi('graph', users, {
    query,
    page,
    headers: advanced,
    answer: Ids,
  })
  const link = answer['@odata.nextLink']
  return {
    ids: answer.value.map(({ id }) => id),
    total: answer['@odata.count'],
    next: link === undefined ? undefined : request.nextPage('graph', users, { query, link }),
  }
}

/** The ids of a range, and the blocks that were read on the way. */
async function idsIn(
  request: FastifyRequest,
  list: List,
  { start, count }: { start: number; count: number },
  from: Block,
  begun: Awaited<ReturnType<typeof readBlock>> | undefined,
) {
  const ids: string[] = []
  const blocks: Block[] = []
  let block = from
  let content = begun ?? (await readBlock(request, list, block))
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

/** https://learn.microsoft.com/graph/aad-advanced-queries: `in` takes 15 values. */
const idsPerRequest = 15

const Found = Type.Object({ value: Type.Array(DirectoryUser) })

/** In the order of the ids, without users that were deleted meanwhile. */
async function usersById(
  request: FastifyRequest,
  ids: readonly string[],
): Promise<DirectoryUser[]> {
  if (ids.length === 0) return []
  const parts = Array.from({ length: Math.ceil(ids.length / idsPerRequest) }, (_, part) =>
    ids.slice(part * idsPerRequest, (part + 1) * idsPerRequest),
  )
  const requests = parts.map((part, index) => {
    const $filter = `id in (${part.map((id) => `'${id.replaceAll("'", "''")}'`).join(',')})`
    const query = { $select: properties, $filter }
    return [String(index), { path: users, query, answer: Found }] as const
  })
  const outcomes = await request.batch('graph', Object.fromEntries(requests))
  const found = Object.values(outcomes).flatMap((outcome) => {
    if (!outcome.ok) throw outcome.error
    return outcome.body.value
  })
  const byId = new Map(found.map((user) => [user.id, user]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}
