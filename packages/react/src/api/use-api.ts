/** Reads of the app's own API, typed by the endpoints that the app describes. */
import {
  type QueryKey,
  type QueryKeyWithDataTag,
  queryOptions,
  type UnusedSkipTokenOptions,
  useQuery,
  type UseQueryResult,
} from '@tanstack/react-query'
import type { EndpointAnswer, EndpointInput, PathOf } from '@gatehouse/contract/endpoint'
import type { productEndpoints } from '@gatehouse/contract/endpoints'
import { type ApiProblem, call } from './call.ts'
import { type AddressParts, endpointAddress } from './endpoint-address.ts'
import { pageSentAt, sentWithPage } from './sent-with-page.ts'

/**
 * Where an app declares its endpoints, once:
 *
 *     import type { endpoints } from '../shared/endpoints.ts'
 *     declare module '@gatehouse/react' {
 *       interface Register {
 *         endpoints: typeof endpoints
 *       }
 *     }
 */
// oxlint-disable-next-line typescript/no-empty-object-type -- the app adds the members
export interface Register {}

/** The endpoints of the product and of the app; any name for an app that declares none. */
type Known = Register extends { endpoints: infer List } ? typeof productEndpoints & List : Unknown
type Unknown = Record<`${string} /${string}`, { answer: never } & Record<string, unknown>>

/** The endpoints that only read, by their path, and those that change something, by their name. */
export type ReadPath = Known extends Unknown
  ? string
  : PathOf<Extract<keyof Known, `GET ${string}`>>
export type ChangeName = Exclude<Extract<keyof Known, string>, `GET ${string}`>

export type KnownEndpoint<Name> = Name extends keyof Known ? Known[Name] : never

/** What a caller passes to an endpoint. An app that declares none may pass anything. */
export type InputOf<E> = Known extends Unknown
  ? AddressParts & { body?: unknown }
  : EndpointInput<E>

/** What an endpoint answers: unknown in an app that declares none. */
export type AnswerOf<E> = Known extends Unknown ? unknown : EndpointAnswer<E>

/** `params` and `query` of an endpoint; it may be left out if it may be empty. */
type InputArguments<E> =
  unknown extends InputOf<E>
    ? // An endpoint that takes nothing: the server would not heed what is sent.
      []
    : {} extends InputOf<E>
      ? [input?: InputOf<E>]
      : [input: InputOf<E>]

type Read<Path extends ReadPath> = KnownEndpoint<`GET ${Path}`>

/** Written out: an inferred type would be computed where this package is built, before an app declares its endpoints. */
type ApiQuery<Data> = UnusedSkipTokenOptions<Data, ApiProblem> &
  QueryKeyWithDataTag<QueryKey, Data, ApiProblem>

/**
 * `const note = useApi('/api/notes/:id', { params: { id } })`: the data, the error, or neither while it loads.
 *
 * @param path a path that `Register` lists, which gives the type of the input and of the data
 */
export function useApi<Path extends ReadPath>(
  path: Path,
  ...input: InputArguments<Read<Path>>
): UseQueryResult<AnswerOf<Read<Path>>, ApiProblem> {
  return useQuery(apiQuery(path, ...input))
}

/** The cache key of an answer of the API, and the function that fetches it. */
export function apiQuery<Path extends ReadPath>(
  path: Path,
  ...args: InputArguments<Read<Path>>
): ApiQuery<AnswerOf<Read<Path>>> {
  const [input] = args as [input?: AddressParts]
  const address = () => endpointAddress(path, input)
  return queryOptions<AnswerOf<Read<Path>>, ApiProblem>({
    queryKey: input === undefined ? ['api', path] : ['api', path, input],
    queryFn: ({ signal }) => call(address(), { signal }),
    initialData: () => answerSentTo(address) as AnswerOf<Read<Path>> | undefined,
    initialDataUpdatedAt: pageSentAt,
  })
}

function answerSentTo(address: () => string): unknown {
  try {
    return sentWithPage(address())
  } catch {
    // The query fails with it.
    return undefined
  }
}
