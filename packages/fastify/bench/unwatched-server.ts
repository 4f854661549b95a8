/** The back end without the hooks of telemetry: the baseline of what they cost while they are off. */
import Fastify from 'fastify'
import { gatehouse, serverOptions } from '@gatehouse/fastify'
import { loadConfig } from '../src/config/index.ts'
import { serveMeasured } from './measured-process.ts'
import routes from '../../../bff/src/routes/index.ts'

const config = loadConfig(process.env, process.cwd())
const app = Fastify(serverOptions(config))
const { addHook } = app
// Telemetry is registered first, and its hook is the first one.
let isFirst = true
app.addHook = function (this: typeof app, name: 'onRequest', hook: never) {
  if (!isFirst) return addHook.call(this, name, hook)
  isFirst = false
  return this
} as typeof app.addHook
await app.register(gatehouse, { config, pages: ['/'] })
await app.register(routes)
await app.listen({ host: '127.0.0.1', port: 0 })
serveMeasured(Number(new URL(app.listeningOrigin).port))
