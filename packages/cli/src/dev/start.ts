/** `npm start`: the built app from the back end alone, on the port that the public address names. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { announce, launch, localTenantProcess, readConfig, root, stop } from './launch.ts'
import { answers } from './processes.ts'

if (!existsSync(join(root, 'web/dist/index.html'))) {
  stop('The page is not built yet. Run: npm run build')
}

const configured = readConfig(process.env)
// In production a proxy in front has the public port; on one's own machine this process has it.
const publicPort = new URL(configured.publicUrl).port
const port = process.env['PORT'] ?? (!configured.production && publicPort ? publicPort : undefined)
const config = readConfig({ ...process.env, ...(port && { PORT: port }) })

await launch([
  ...localTenantProcess(config),
  {
    name: 'back end',
    port: config.port,
    variable: 'PORT',
    command: [process.execPath, 'bff/src/server.ts'],
    env: { PORT: String(config.port) },
  },
])
if (await answers(`http://127.0.0.1:${config.port}/healthz`, 20_000)) announce(config)
else stop('The server did not start within 20 seconds.')
