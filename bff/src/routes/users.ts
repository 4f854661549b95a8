import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { ProblemError } from '@gatehouse/fastify'
import { api } from '@gatehouse/shared/paths'
import { DirectoryUser, Users, UsersQuery } from '@gatehouse/shared/users'

const fields = 'id,displayName,givenName,surname,mail,userPrincipalName'

/** The content of a cursor: the query that it belongs to, and where Graph continues. */
const CursorSchema = Type.Object({
  search: Type.Optional(Type.String()),
  sort: Type.Optional(Type.String()),
  top: Type.Integer(),
  skipToken: Type.String(),
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
type Question = Omit<Cursor, 'skipToken'> & { skipToken?: string }

export default async function users(app: FastifyInstance): Promise<void> {
  const schema = { querystring: UsersQuery, response: { 200: Users } }
  app.withTypeProvider<TypeBoxTypeProvider>().get(api.users, { schema }, async (request) => {
    const { cursor, ...asked } = request.query
    const { sessionSealer } = request
    const question: Question = cursor
      ? readCursor(sessionSealer.open('users', cursor))
      : { top: 5, total: null, ...asked }
    const { page, skipToken, ...counted } = await firstFilledPage(request, question)
    const total = counted.total ?? question.total
    return {
      users: page.value,
      total,
      next: skipToken
        ? sessionSealer.seal('users', JSON.stringify({ ...question, skipToken, total }))
        : null,
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
  let page = await fetchPage(request, question)
  let skipToken = skipTokenOf(page['@odata.nextLink'])
  let { '@odata.count': total } = page
  for (let empty = 1; page.value.length === 0 && skipToken && mayContinue(empty); empty += 1) {
    page = await fetchPage(request, { ...question, skipToken })
    skipToken = skipTokenOf(page['@odata.nextLink'])
    total ??= page['@odata.count']
  }
  return { page, skipToken, total }
}

function fetchPage(request: FastifyRequest, question: Question) {
  return request.callApi('graph', '/users', {
    query: graphQuery(question),
    // Graph accepts $count and $search, its advanced queries, with this header only.
    headers: { consistencylevel: 'eventual' },
    answer: GraphPage,
  })
}

function graphQuery({ search, sort, top, skipToken }: Question): Record<string, string> {
  return {
    $select: fields,
    $top: String(top),
    $count: 'true',
    ...(search && { $search: searchClause(search) }),
    ...(sort && { $orderby: sort === '-name' ? 'displayName desc' : 'displayName' }),
    ...(skipToken && { $skiptoken: skipToken }),
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
  throw new ProblemError(
    'invalid_request',
    'querystring: cursor is not of this session, or too old',
  )
}

/** Graph's tokens have less than 1 kB. A longer one would make a cursor too long for a URL. */
const maxSkipToken = 2048

/** The token of Graph's link. The rest of the link is ignored, so that it cannot lead to another address. */
function skipTokenOf(nextLink: string | undefined): string | undefined {
  const token = nextLink && /[?&]\$skiptoken=([^&#]+)/i.exec(nextLink)?.[1]
  if (!token) return undefined
  if (token.length > maxSkipToken)
    throw new ProblemError('upstream_failed', 'The API "graph" gave an unexpected answer.')
  try {
    return decodeURIComponent(token)
  } catch {
    return undefined
  }
}
