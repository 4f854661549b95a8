import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { handle, isExpiredPage, pageByNumber, ProblemError } from '@gatehouse/fastify'
import { endpoints } from '@gatehouse/shared/endpoints'
import { DirectoryUser } from '@gatehouse/shared/users'

const fields = 'id,displayName,givenName,surname,mail,userPrincipalName'

/** The content of a cursor: the query that it belongs to, and where Graph continues. */
const CursorSchema = Type.Object({
  search: Type.Optional(Type.String()),
  sort: Type.Optional(Type.String()),
  top: Type.Integer(),
  /** What Graph's link adds to the query. */
  page: Type.Optional(Type.String()),
  /** Instead of it: the number of the page, and a place near it. */
  number: Type.Optional(Type.Integer()),
  near: Type.Optional(Type.String()),
  /** Graph counts on the first page only. */
  total: Type.Union([Type.Integer(), Type.Null()]),
})
const cursors = Compile(CursorSchema)

const GraphPage = Type.Object({
  value: Type.Array(DirectoryUser),
  '@odata.count': Type.Optional(Type.Integer()),
  '@odata.nextLink': Type.Optional(Type.String()),
})

type Cursor = Static<typeof CursorSchema>

export default async function users(app: FastifyInstance): Promise<void> {
  handle(app, endpoints['GET /api/users'], (request) => {
    const { cursor, page, ...list } = request.query
    const known = cursor ? readCursor(request.sessionSealer.open('users', cursor)) : undefined
    const asked = { top: 5, total: null, ...list }
    if (page !== undefined && page > 1) {
      return numbered(request, asked, page, isSameList(known, asked) ? known?.near : undefined)
    }
    if (known?.number !== undefined && !page) {
      return numbered(request, known, known.number, known.near)
    }
    return following(request, page || !known ? asked : known)
  })
}

function isSameList(cursor: Cursor | undefined, { search, sort, top }: Cursor): boolean {
  return cursor?.search === search && cursor?.sort === sort && cursor?.top === top
}

/** The first page, or the one that Graph's link leads to. */
async function following(request: FastifyRequest, question: Cursor) {
  const { users: found, next: page, total: counted } = await firstFilledPage(request, question)
  const total = counted ?? question.total
  const next = page === undefined ? null : sealed(request, { ...question, page, total })
  return { users: found, total, next }
}

async function numbered(request: FastifyRequest, list: Cursor, page: number, hint?: string) {
  const { $orderby = 'displayName', ...query } = graphQuery(list)
  const { items, total, number, isLast, near } = await pageByNumber(
    request,
    { api: 'graph', path, query: { ...query, $orderby }, headers: advanced, $select: fields, item },
    { number: page, top: list.top, near: hint },
  )
  const next = isLast ? null : sealed(request, { ...list, total, number: number + 1, near })
  return { users: items, total, next }
}

function sealed({ sessionSealer }: FastifyRequest, cursor: Cursor): string {
  return sessionSealer.seal('users', JSON.stringify(cursor))
}

/** Graph may answer with an empty page and a link to the next one. Up to five of them are skipped. */
const maxEmptyPages = 5
/** The time limit for that; after it, the answer is an empty page with a cursor. */
const emptyPagesMs = 5_000

async function firstFilledPage(request: FastifyRequest, question: Cursor) {
  const began = performance.now()
  const mayContinue = (empty: number) =>
    empty <= maxEmptyPages && performance.now() - began < emptyPagesMs
  let { users: found, total, next } = await fetchPage(request, question)
  for (let empty = 1; found.length === 0 && next !== undefined && mayContinue(empty); empty += 1) {
    const another = await fetchPage(request, { ...question, page: next })
    found = another.users
    next = another.next
    total ??= another.total
  }
  return { users: found, total, next }
}

const path = '/users'
const item = DirectoryUser
/** Graph accepts $count and $search, its advanced queries, with this header only. */
const advanced = { consistencylevel: 'eventual' } as const

async function fetchPage(request: FastifyRequest, question: Cursor) {
  const query = graphQuery(question)
  const { page } = question
  try {
    const answer = await request.callApi('graph', path, {
      query,
      page,
      headers: advanced,
      answer: GraphPage,
    })
    const link = answer['@odata.nextLink']
    return {
      users: answer.value,
      total: answer['@odata.count'],
      next: link === undefined ? undefined : request.nextPage('graph', path, { query, link }),
    }
  } catch (error) {
    throw page !== undefined && isExpiredPage(error) ? staleCursor(error) : error
  }
}

function graphQuery({ search, sort, top }: Cursor): Record<string, string> {
  return {
    $select: fields,
    $top: String(top),
    $count: 'true',
    ...(search && { $search: searchClause(search) }),
    ...(sort && { $orderby: sort === '-name' ? 'displayName desc' : 'displayName' }),
  }
}

/** Graph's $search: quoted clauses; a quote or backslash inside is escaped (advanced queries, Microsoft). */
function searchClause(text: string): string {
  const escaped = text.replace(/["\\]/g, String.raw`\$&`)
  const properties = ['displayName', 'userPrincipalName', 'mail']
  return properties.map((property) => `"${property}:${escaped}"`).join(' OR ')
}

function readCursor(text: string | undefined): Cursor {
  const value: unknown = text === undefined ? undefined : JSON.parse(text)
  if (cursors.Check(value)) return value
  throw staleCursor()
}

/** The page starts again at page 1. */
function staleCursor(cause?: unknown): ProblemError {
  const detail = 'querystring: cursor is not of this session, or too old'
  const { apiStatus, apiCodes } = cause instanceof ProblemError ? cause : {}
  return new ProblemError('invalid_request', detail, { cause, apiStatus, apiCodes })
}
