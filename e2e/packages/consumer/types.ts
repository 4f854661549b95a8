/** What the packages promise in their types: a line that begins to compile, or ceases to, is a change for every app. */
import type { Problem } from '@gatehouse/contract/problem'
import type { Config } from '@gatehouse/fastify'
import { type ApiProblem, useApi, useApiMutation } from '@gatehouse/react'
import { createTenant, people } from '@gatehouse/tenant/testing'
import type { FastifyInstance } from 'fastify'

export async function routes(app: FastifyInstance): Promise<void> {
  app.get('/a', { onRequest: app.requireRole('Reader') }, async (request) => {
    const groups: readonly string[] = await request.groups()
    return [groups, request.user.roles.length, app.basePath.length]
  })
  // @ts-expect-error -- a role is a text
  app.requireRole(1)
}

export function useRename(): (name: string) => void {
  const rename = useApiMutation('PUT /api/name', { invalidates: ['/api/name'] })
  // @ts-expect-error -- a text
  rename.mutate({ body: { name: 1 } })
  return (name) => rename.mutate({ body: { name } })
}

export function useName(): string | undefined {
  // @ts-expect-error -- no such path was declared
  useApi('/api/other')
  // @ts-expect-error -- the answer has no such field
  void useApi('/api/name').data?.age
  return useApi('/api/name').data?.name
}

export async function firstName(): Promise<string> {
  const tenant = await createTenant({ users: 3 })
  // @ts-expect-error -- a number
  await createTenant({ users: 'three' })
  return people(tenant).first.displayName
}

export const port = (config: Config): number => config.port
export const code = (problem: Problem): string => problem.code
export const status = (error: ApiProblem): number | undefined => error.status
