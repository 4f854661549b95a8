/** Builds the app, and prints which packages of OpenTelemetry were loaded by then. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freshClone } from './config-folder.ts'

const loaded = new Set<string>()
registerHooks({
  load: (url, context, next) => {
    const name = /@opentelemetry\/([\w-]+)\//.exec(url)?.[1]
    if (name) loaded.add(name)
    return next(url, context)
  },
})

const { buildApp } = await import('@gatehouse/bff/app')
const { loadConfig } = await import('../../src/config/index.ts')
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-modules-'))
writeFileSync(join(folder, 'aad.config.json'), JSON.stringify(freshClone))
const app = await buildApp(loadConfig({ ...process.env, LOG_LEVEL: 'silent' }, folder))
await app.ready()
process.stdout.write(JSON.stringify([...loaded].toSorted()))
await app.close()
rmSync(folder, { recursive: true, force: true })
