/** The baseline of `/api/me`: the same JSON from Fastify alone. */
import Fastify from 'fastify'
import { Me } from '@gatehouse/shared/me'
import { serveMeasured } from './measured-process.ts'

const me: unknown = JSON.parse(process.env['BENCH_ME'] ?? '{}')
const app = Fastify()
app.get('/api/me', { schema: { response: { 200: Me } } }, async () => me)
await app.listen({ host: '127.0.0.1', port: 0 })
serveMeasured(Number(new URL(app.listeningOrigin).port))
