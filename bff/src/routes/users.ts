import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { handle, ProblemError } from '@gatehouse/fastify'
import { endpoints } from '@gatehouse/shared/endpoints'
import { DirectoryUser } from '@gatehouse/shared/users'

const fields = 'id,displayName,givenName,surname,mail,userPrincipalName'

/** The content of a cursor: the query that it belongs to, and where Graph continues. */
const CursorSchema = Type.Object({
  search: Type.Optional(Type.String()),
  sort: Type.Optional(Type.String()),
  top: Type.Integer(),
  /** What Graph's link adds to the query. */
  page: Type.String(),
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
type Question = Omit<Cursor, 'page'> & { page?: string }

export default async function users(app: FastifyInstance): Promise<void> {
  handle(app, endpoints['GET /api/users'], async (request) => {
    const { cursor, ...asked } = request.query
    const { sessionSealer } = request
    const question: Question = cursor
      ? readCursor(sessionSealer.open('users', cursor))
      : { top: 5, total: null, ...asked }
    const { users: found, next, ...counted } = await firstFilledPage(request, question)
    const total = counted.total ?? question.total
    return {
      users: found,
      total,
      next:
        next === undefined
          ? null
          : sessionSealer.seal('users', JSON.stringify({ ...question, page: next, total })),
    }
  })
}

/** Graph may answer with an empty page and a link to the next one. Up to five of them are skipped. */
const maxEmptyPages = 5
/** The time limit for that; after it, the answer is an empty page with a cursor. */
const emptyPagesMs = 5_000

async function firstFilledPage(request: FastifyRequest, question: Question) {
  const began = performance.now()
  const mayContinue = (empty: number) =>
    empty <= maxEmptyPages && performance.now() - began < emptyPagesMs
  let { users: found, total, next } = await fetchPage(request, question)
  for (let empty = 1; found.length === 0 && next !== undefined && mayContinue(empty); empty += 1) {
    const following = await fetchPage(request, { ...question, page: next })
    found = following.users
    next = following.next
    total ??= following.total
  }
  return { users: found, total, next }
}

const list = '/users'

async function fetchPage(request: FastifyRequest, question: Question) {
  const query = graphQuery(question)
  const { page } = question
  try {
    const answer = await request.callApi('graph', list, {
      query,
      page,
      // Graph accepts $count and $search, its advanced queries, with this header only.
      headers: { consistencylevel: 'eventual' },
      answer: GraphPage,
    })
    const link = answer['@odata.nextLink']
    return {
      users: answer.value,
      total: answer['@odata.count'],
      next: link === undefined ? undefined : request.nextPage('graph', list, { query, link }),
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

function graphQuery({ search, sort, top }: Question): Record<string, string> {
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
