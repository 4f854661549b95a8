/** The smallest server that Fastify makes, for comparison. */
import Fastify from 'fastify'

const app = Fastify({ logger: true })
app.get('/api/session', async () => ({ authenticated: false }))
await app.listen({ port: Number(process.env['PORT']) })
