import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildApp } from '@gatehouse/bff/app'
import { describe, expect, it } from 'vitest'
import { exposureOf } from '../../src/config/secrets/files.ts'
import {
  freshClone,
  goodKey,
  inFolder,
  load,
  ownTenant,
  refusalOf,
  refusedKeys,
} from '../support/config-folder.ts'

/** A file of this mode, and its group. */
function withFile<T>(mode: number, work: (path: string, group: number) => T): T {
  return inFolder((folder) => {
    const path = join(folder, 'secret')
    writeFileSync(path, 'secret')
    chmodSync(path, mode)
    return work(path, statSync(path).gid)
  })
}

const notOurs = (group: number) => [group + 1, group + 2]

describe('a file with a secret', () => {
  it('may be read by a group of this process, as Kubernetes mounts it for an fsGroup', () => {
    for (const mode of [0o440, 0o640, 0o400, 0o600]) {
      withFile(mode, (path, group) => {
        expect([mode, exposureOf(path, [group], '')]).toEqual([mode, {}])
      })
    }
  })

  it.each([0o440, 0o640, 0o444, 0o604, 0o660, 0o620])(
    'of mode %o is refused if others than a group of ours can read or write it',
    (mode) => {
      withFile(mode, (path, group) => {
        const groups = mode === 0o660 || mode === 0o620 ? [group] : notOurs(group)
        expect(exposureOf(path, groups, '').problem).toMatch(/others can read; chmod 600 it/)
      })
    },
  )

  it.each([
    ['the mount', 'ro,relatime', 'rw,size=65536k'],
    ['its file system', 'rw,relatime', 'ro,size=65536k'],
  ])('that all can read is a warning if %s is read-only', (_what, options, superOptions) => {
    withFile(0o444, (path, group) => {
      const root = '1 0 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw'
      const folder = path.replace(/\/secret$/, '')
      const of = (point: string) =>
        exposureOf(
          path,
          notOurs(group),
          `${root}\n2 1 0:99 / ${point} ${options} - tmpfs tmpfs ${superOptions}\n`,
        )
      // Kubernetes and Swarm mount a folder, Compose the file itself.
      for (const point of [folder, path]) {
        expect(of(point).problem).toBeUndefined()
        expect(of(point).warning).toMatch(/others can read \(0444\), on a read-only mount/)
      }
      for (const other of [`${folder}-2`, '/run/secrets']) expect(of(other).problem).toBeDefined()
    })
  })

  it('is on the mount with the longest path, and on the later of two', () => {
    withFile(0o444, (path, group) => {
      const line = (point: string, flag: string) => `1 0 8:1 / ${point} ${flag} - ext4 /dev/sda1 rw`
      const folder = path.replace(/\/secret$/, '')
      const of = (...lines: string[]) => exposureOf(path, notOurs(group), lines.join('\n'))
      expect(of(line(folder, 'rw'), line('/', 'ro')).problem).toBeDefined()
      expect(of(line(folder, 'ro'), line('/', 'rw')).warning).toBeDefined()
      expect(of(line(folder, 'ro'), line(folder, 'rw')).problem).toBeDefined()
    })
  })

  it('that all can read is refused in the files of a container that can only be read', () => {
    withFile(0o444, (path, group) => {
      const root = '1 0 8:1 / / ro,relatime - overlay overlay ro'
      expect(exposureOf(path, notOurs(group), root).problem).toMatch(/others can read/)
    })
  })

  it('is on a mount whose path has a space', () => {
    inFolder((folder) => {
      mkdirSync(join(folder, 'my secrets'))
      const path = join(folder, 'my secrets', 'secret')
      writeFileSync(path, 'secret')
      chmodSync(path, 0o444)
      const mounts = `1 0 8:1 / ${folder}/my\\040secrets ro - tmpfs tmpfs rw`
      expect(exposureOf(path, [], mounts).warning).toBeDefined()
    })
  })

  it('is read through the links of a Kubernetes volume, and its own mode counts', () => {
    inFolder((folder) => {
      mkdirSync(join(folder, '..2026_01_01'))
      writeFileSync(join(folder, '..2026_01_01', 'keys'), goodKey, { mode: 0o600 })
      symlinkSync('..2026_01_01', join(folder, '..data_tmp'))
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'))
      symlinkSync(join('..data', 'keys'), join(folder, 'keys'))
      const env = { SESSION_KEYS: '', SESSION_KEYS_FILE: join(folder, 'keys') }
      const { sessionKeys } = load(ownTenant, { ...env, NODE_ENV: 'production' })
      expect(sessionKeys).toEqual([Buffer.from(goodKey, 'base64')])
      chmodSync(join(folder, '..2026_01_01', 'keys'), 0o604)
      expect(refusedKeys(ownTenant, { ...env, NODE_ENV: 'production' })).toEqual([
        'SESSION_KEYS_FILE',
      ])
    })
  })
})

const production = { NODE_ENV: 'production' }

/** A value that each variable takes, and what it becomes. */
const secrets = [
  ['AAD_CLIENT_SECRET', 'Zx8~Q.from-a-file', { credentials: [{ kind: 'secret_file' }] }],
  ['SESSION_KEYS', goodKey, { sessionKeys: [Buffer.from(goodKey, 'base64')] }],
  ['STORE_URL', 'redis://:s3cr3t@redis.test:6379', { storeUrl: 'redis://:s3cr3t@redis.test:6379' }],
] as const

describe.each(secrets)('%s', (variable, good, expected) => {
  const key = `${variable}_FILE`
  const { clientSecret: _, ...withoutSecret } = ownTenant

  /** The configuration with a file of this content in place of the variable. */
  function withContent<T>(content: string, work: (env: Record<string, string>) => T): T {
    return inFolder((folder) => {
      writeFileSync(join(folder, 'file'), content, { mode: 0o600 })
      return work({ ...production, [variable]: '', [key]: join(folder, 'file') })
    })
  }
  const file = variable === 'AAD_CLIENT_SECRET' ? withoutSecret : ownTenant

  it('comes from a file, without the line end', () => {
    const config = withContent(`${good}\n`, (env) => load(file, env))
    expect(config).toMatchObject(expected)
  })

  it('is refused if the file is empty, or missing', () => {
    withContent(' \n', (env) => {
      expect(refusalOf(file, env).message).toContain(`${key}: names an empty file`)
      const missing = { ...env, [key]: '/nowhere/secret' }
      expect(refusalOf(file, missing).message).toContain(`${key}: names a file that cannot be read`)
    })
  })

  it('is refused beside its file, and both keys are named', () => {
    withContent(good, (env) => {
      const { problems, message } = refusalOf(file, { ...env, [variable]: good })
      expect(problems.map((problem) => problem.key)).toEqual([key])
      expect(message).toContain(`${key}: is set beside ${variable}; keep one of them`)
    })
  })
})

describe('a file with content that its variable does not take', () => {
  it.each([
    ['SESSION_KEYS', 'c2hvcnQtczNjcjN0'],
    ['STORE_URL', 'mysql://:s3cr3t@redis.example.test'],
  ])('is refused by its key, and not quoted: %s', (variable, content) => {
    inFolder((folder) => {
      writeFileSync(join(folder, 'file'), content, { mode: 0o600 })
      const env = { [variable]: '', [`${variable}_FILE`]: join(folder, 'file') }
      const { problems, message } = refusalOf(ownTenant, env)
      expect(problems.map(({ key }) => key)).toEqual([`${variable}_FILE`])
      expect(message).not.toContain(content)
    })
  })
})

describe('session keys that an instance would make for itself', () => {
  const missing = { SESSION_KEYS: '' }

  it('are refused where several instances may run, also if NODE_ENV was forgotten', () => {
    for (const [file, env] of [
      [ownTenant, {}],
      [{ ...ownTenant, publicUrl: 'http://localhost:5173' }, { STORE_URL: 'redis://redis' }],
      [freshClone, { STORE_URL: 'rediss://redis' }],
    ] as const) {
      expect(refusedKeys(file, { ...missing, ...env })).toEqual(['SESSION_KEYS'])
    }
    expect(refusalOf(ownTenant, missing).message).toContain('needs one: openssl rand -base64 32')
  })

  it('are made on a developer’s machine, also behind a tunnel to the local tenant', () => {
    for (const publicUrl of ['http://localhost:5173', 'https://localhost:5173']) {
      expect(load({ ...ownTenant, publicUrl }, missing).sessionKeys).toHaveLength(1)
    }
    const tunnel = { ...freshClone, publicUrl: 'https://name-5173.tunnel.test' }
    expect(load(tunnel, missing).sessionKeys).toHaveLength(1)
  })
})

describe('what is no reason not to start', () => {
  it('is logged once, with its key', async () => {
    const logs: string[] = []
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-warnings-'))
    try {
      const config = {
        ...load(ownTenant, { STORE_URL: `sqlite:${join(folder, 'sessions.sqlite')}` }),
        logLevel: 'warn',
        warnings: [{ key: 'SESSION_KEYS_FILE', message: 'names a file that others can read' }],
      }
      const app = await buildApp(config, { logStream: { write: (line) => void logs.push(line) } })
      await app.close()
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
    expect(logs.map((line) => JSON.parse(line) as object)).toMatchObject([
      {
        event: 'configuration',
        key: 'SESSION_KEYS_FILE',
        msg: 'SESSION_KEYS_FILE names a file that others can read',
      },
    ])
  })

  it('is nothing at the usual start', () => {
    expect(load(ownTenant, production).warnings).toEqual([])
  })
})
