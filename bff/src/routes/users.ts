import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { handle, ProblemError } from '@gatehouse/fastify'
import { endpoints } from '@gatehouse/shared/endpoints'
import { DirectoryUser } from '@gatehouse/shared/users'
import { advanced, Block, graphQuery, List, pageByNumber, users as path } from './graph-users.ts'

/** The content of a cursor: the list, and where it continues. */
const CursorSchema = Type.Intersect([
  List,
  Type.Object({
    /** What Graph's link adds to the query. */
    page: Type.Optional(Type.String()),
    /** Instead of it, the number of the page, and a place near it. */
    number: Type.Optional(Type.Integer()),
    block: Type.Optional(Block),
    /** Graph counts on the first page only. */
    total: Type.Union([Type.Integer(), Type.Null()]),
  }),
])
const cursors = Compile(CursorSchema)

const GraphPage = Type.Object({
  value: Type.Array(DirectoryUser),
  '@odata.count': Type.Optional(Type.Integer()),
  '@odata.nextLink': Type.Optional(Type.String()),
})

type Cursor = Static<typeof CursorSchema>

export default async function users(app: FastifyInstance): Promise<void> {
  handle(app, endpoints['GET /api/users'], async (request) => {
    const { cursor, page, ...list } = request.query
    const known = cursor ? readCursor(request.sessionSealer.open('users', cursor)) : undefined
    const asked = { top: 5, ...list }
    if (page === 1) return following(request, { ...asked, total: null })
    if (page !== undefined) {
      return numbered(request, asked, page, isSameList(known, asked) ? known : undefined)
    }
    if (known?.number !== undefined) return numbered(request, known, known.number, known)
    return following(request, known ?? { ...asked, total: null })
  })
}

function isSameList(cursor: List | undefined, { search, sort, top }: List): boolean {
  return cursor?.search === search && cursor?.sort === sort && cursor?.top === top
}

/** The first page, or the one that Graph's link leads to. */
async function following(request: FastifyRequest, question: Cursor) {
  const { users: found, next: page, ...counted } = await firstFilledPage(request, question)
  const total = counted.total ?? question.total
  const next = page === undefined ? null : sealed(request, { ...question, page, total })
  return { users: found, total, next }
}

/** @param near a cursor of the same list */
async function numbered(request: FastifyRequest, list: List, page: number, near?: Cursor) {
  const signpost = near?.block && { block: near.block, total: near.total }
  const {
    users: found,
    total,
    number,
    block,
  } = await pageByNumber(request, list, page, signpost).catch((error: unknown) => {
    // Without the place that Graph has forgotten, the way is longer.
    if (signpost && isExpiredPage(error)) return pageByNumber(request, list, page)
    throw error
  })
  const isLast = total === null ? found.length < list.top : number * list.top >= total
  const next = isLast ? null : sealed(request, { ...list, total, number: number + 1, block })
  return { users: found, total, next }
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

/** `Directory_ExpiredPageToken`, its older name `Directory_ExpiredSkipToken`, `syncStateNotFound` … */
const expiredPage = /(?:expired|invalid|unknown)(?:page|skip)token|syncstate|resyncrequired/i

/** Whether Graph has forgotten the place in the list. Its page tokens last for minutes or hours. */
function isExpiredPage(error: unknown): boolean {
  if (!(error instanceof ProblemError)) return false
  return error.apiStatus === 410 || error.apiCodes.some((code) => expiredPage.test(code))
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
