import { fileURLToPath } from 'node:url'
import { gatehouse, loadConfig, readWebBuild, serverOptions } from '@gatehouse/fastify'
import Fastify from 'fastify'

const config = loadConfig(process.env, import.meta.dirname)
const webBuild = readWebBuild(fileURLToPath(new URL('dist', import.meta.url)))
const app = Fastify(serverOptions(config))
await app.register(gatehouse, { config, webBuild })
await app.register(async (routes) => {
  routes.addHook('onRequest', routes.requireSignIn)
  routes.get('/api/name', async ({ user }) => ({ name: user.name }))
})
await app.listen({ host: config.host, port: config.port })

export { app }
