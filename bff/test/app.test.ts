import Fastify from 'fastify'
import { expect, it } from 'vitest'
import routes from '../src/routes/index.ts'

it('does not start with its routes before the sign-in that protects them', async () => {
  const app = Fastify()
  await expect(async () => app.register(routes)).rejects.toThrow(
    "The dependency 'gatehouse' of plugin 'routes' is not registered",
  )
  await app.close()
})
