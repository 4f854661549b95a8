import type { FastifyInstance } from 'fastify'
import type { World } from '../world.ts'
import { requireCaller, requireScope } from './bearer.ts'
import { ownUserScopes, parseSelect, view } from './properties.ts'
import { parseOptions } from './query.ts'

export function meRoute(app: FastifyInstance, world: World): void {
  app.get('/me', { config: { endpoint: 'me' } }, async (request) => {
    const caller = await requireCaller(world, request)
    requireScope(caller, ownUserScopes)
    const select = parseSelect(parseOptions(request.url).$select)
    return {
      '@odata.context': `${world.origin}/v1.0/$metadata#users${select ? `(${select.join(',')})` : ''}/$entity`,
      ...view(caller.user, caller, select),
    }
  })
}
