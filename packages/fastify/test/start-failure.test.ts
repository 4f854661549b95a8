/** What a process says that cannot build its app. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { freshClone, goodKey, inFolder } from './support/config-folder.ts'

/** @param build the body of the app's function @returns the exit code, and what it printed */
function starting(build: string, env: Record<string, string> = {}): [number | null, string] {
  return inFolder((folder) => {
    writeFileSync(join(folder, 'aad.config.json'), JSON.stringify(freshClone))
    const server = new URL('../src/server.ts', import.meta.url).href
    const file = join(folder, 'app.mjs')
    writeFileSync(
      file,
      `import { run } from '${server}'
       async function buildApp(config) { ${build} }
       await run(buildApp, import.meta.dirname)`,
    )
    const options = {
      encoding: 'utf8',
      timeout: 60_000,
      env: { SESSION_KEYS: goodKey, ...env },
    } as const
    const { status, stderr } = spawnSync(process.execPath, [file], options)
    return [status, stderr]
  })
}

it('says in which file a mistake in the code of the app is', () => {
  const [status, said] = starting('return config.nothing.more')
  expect(status).toBe(1)
  expect(said).toMatch(/^TypeError: Cannot read properties of undefined/)
  expect(said).toMatch(/at buildApp \(\S+app\.mjs:2:\d+\)/)
})

it.each([
  ['sqlite:/etc/passwd/sessions.sqlite', 'Check DATA_DIR, or STORE_URL if it is set, and that'],
  ['redis://127.0.0.1:9', 'Check STORE_URL, and that Redis runs'],
])('says in two sentences what to do about a store that cannot be opened: %s', (url, remedy) => {
  const store = new URL('../src/store/index.ts', import.meta.url).href
  const build = `const { openStore } = await import('${store}'); await openStore(config.storeUrl, Date.now, config.store)`
  const [status, said] = starting(build, { STORE_URL: url })
  expect(status).toBe(1)
  expect(said.trim().split('\n')).toEqual([
    expect.stringMatching(/^The session store /),
    expect.stringContaining(remedy),
  ])
})
