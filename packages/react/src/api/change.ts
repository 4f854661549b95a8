/** Changes through the app's own API: what a form does. */
import { useState } from 'react'
import {
  type MutateOptions,
  type QueryClient,
  useMutation,
  useQueryClient,
  type UseMutationResult,
} from '@tanstack/react-query'
import type { Method } from '@gatehouse/contract/endpoint'
import type { AnswerOf, ChangeName, InputOf, KnownEndpoint, ReadPath } from './use-api.ts'
import { ApiProblem, call } from './call.ts'
import { type AddressParts, endpointAddress } from './endpoint-address.ts'
import { beginSubmission } from './submission.ts'

/** What a change passes. `ifMatch`: the version that the user saw; the server refuses a newer one (`conflict`). */
export type ChangeInput<E> =
  {} extends InputOf<E>
    ? (InputOf<E> & { ifMatch?: string }) | void
    : InputOf<E> & { ifMatch?: string }

interface ChangeOptions<E> {
  /** The reads whose data this change makes old, by their paths. They are fetched again before `onSuccess` runs. */
  invalidates?: readonly ReadPath[]
  onSuccess?: (answer: AnswerOf<E>, input: ChangeInput<E>) => unknown
}

/**
 * `const save = useApiMutation('PATCH /api/notes/:id', { invalidates: ['/api/notes'] })`, and in the form
 * `save.mutate({ params: { id }, body: { title } })`.
 *
 * While a change is under way, a second `mutate` is dropped: two clicks save once. It is not repeated automatically,
 * because the first attempt may have arrived. If its answer got lost, the same change again is the same submission, also
 * after a reload: the server makes it once (`Idempotency-Key`).
 *
 * @param name method and path of an endpoint that `Register` lists
 */
export function useApiMutation<Name extends ChangeName>(
  name: Name,
  { invalidates = [], onSuccess }: ChangeOptions<KnownEndpoint<Name>> = {},
): Change<AnswerOf<KnownEndpoint<Name>>, ChangeInput<KnownEndpoint<Name>>> {
  type Answer = AnswerOf<KnownEndpoint<Name>>
  type Input = ChangeInput<KnownEndpoint<Name>>
  const client = useQueryClient()
  const [once] = useState(() => singleFlight<Answer>())
  const mutation = useMutation<Answer, ApiProblem, Input>({
    mutationFn: (input) => send<Answer>(name, input as Sent | undefined),
    onSuccess: async (answer, input) => {
      await refetch(client, invalidates)
      await onSuccess?.(answer, input)
    },
  })
  const start = mutation.mutateAsync as Start<Answer, Input>
  const mutateAsync: Start<Answer, Input> = (...change) => once(() => start(...change))
  return {
    ...mutation,
    mutateAsync,
    mutate: (...change: Parameters<Start<Answer, Input>>): void => {
      // The error is in `mutation.error`.
      mutateAsync(...change).catch(() => undefined)
    },
  }
}

/** Written out: an inferred type would be computed where this package is built, before an app declares its endpoints. */
type Change<Answer, Input> = WithStart<
  UseMutationResult<Answer, ApiProblem, Input>,
  Start<Answer, Input>
>

/** For each state of a mutation: `isSuccess` still says that there is an answer. */
type WithStart<State, Begin extends (...change: never[]) => unknown> = State extends unknown
  ? Omit<State, 'mutate' | 'mutateAsync'> & {
      mutateAsync: Begin
      mutate: (...change: Parameters<Begin>) => void
    }
  : never

type Start<Answer, Input> = (
  input: Input,
  options?: MutateOptions<Answer, ApiProblem, Input>,
) => Promise<Answer>

/** Fetches answers again that a change has made old, with whatever parameters they were fetched. */
export async function refetch(client: QueryClient, paths: readonly string[]): Promise<void> {
  await Promise.all(paths.map((path) => client.invalidateQueries({ queryKey: ['api', path] })))
}

/** Runs one piece of work at a time: a call that comes meanwhile gets the result of that. */
export function singleFlight<T>(): (work: () => Promise<T>) => Promise<T> {
  let underWay: Promise<T> | undefined
  return (work) => {
    underWay ??= work().finally(() => {
      underWay = undefined
    })
    return underWay
  }
}

type Sent = AddressParts & { body?: unknown; ifMatch?: string }

/** Sends a change, with the key of its submission. @param name method and path of an endpoint */
export async function send<Answer>(name: string, input: Sent = {}): Promise<Answer> {
  const [method, path] = name.split(' ', 2) as [Method, string]
  const { body, ifMatch } = input
  const address = endpointAddress(path, input)
  const submission = beginSubmission(JSON.stringify([method, address, ifMatch, body]))
  try {
    const answer = await call<Answer>(address, {
      method,
      ...(body !== undefined && { body }),
      ...(ifMatch !== undefined && { ifMatch }),
      idempotencyKey: submission.key,
    })
    submission.end()
    return answer
  } catch (error) {
    submission.end(error)
    throw error
  }
}

/**
 * What is wrong with the fields of a form, by their names: `title`, or `items.0.name` for a field within.
 *
 * @param error of a mutation; empty for every error but a refusal of the body
 */
export function fieldErrors(error: unknown): Readonly<Record<string, string>> {
  const errors = error instanceof ApiProblem ? error.errors : []
  const found = errors.flatMap(({ path, message }) => {
    const [, where, ...names] = path.split('/')
    return where === 'body' && names.length > 0 ? [[names.map(unescape).join('.'), message]] : []
  })
  // The first message of a field counts.
  return Object.fromEntries(found.toReversed()) as Record<string, string>
}

/** RFC 6901, section 4. */
function unescape(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~')
}
