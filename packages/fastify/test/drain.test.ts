import Fastify from 'fastify'
import { expect, it } from 'vitest'
import { drain } from '../src/drain.ts'
import { rawExchange } from './support/raw-exchange.ts'

it('answers the requests whose connections it has not accepted yet when it closes', async () => {
  const app = Fastify({ return503OnClosing: false })
  app.post('/', async () => 'done')
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })
  const request = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n'
  const asked = Array.from({ length: 50 }, () => rawExchange(origin, request))
  expect(await drain(app, { notReadyMs: 0, timeoutMs: 5000 })).toBe(0)
  const answers = await Promise.all(asked)
  expect(answers.filter((answer) => answer.startsWith('HTTP/1.1 200 '))).toHaveLength(50)
})
