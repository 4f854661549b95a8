/** Which address each command names and serves, for every way to set it. */

import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { loadConfig } from '@gatehouse/fastify/config'
import { listenProblem } from '@gatehouse/fastify/listen-problem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { proxyNote, startEnvironment, webPortOf, withPublicUrl } from '../src/dev/addresses.ts'
import { localTenantProcess } from '../src/dev/launch.ts'
import { isInUse, placeProblem } from '../src/dev/ports.ts'
import { root } from '../src/files/folder.ts'
import { ownFolder, type OwnFolder } from './support/commands.ts'

let folder: OwnFolder
beforeAll(() => {
  folder = ownFolder()
})
afterAll(() => folder.remove())

const read = (env: NodeJS.ProcessEnv) =>
  loadConfig({ ...folder.env, DATA_DIR: folder.path, ...env }, root)

function dev(env: NodeJS.ProcessEnv) {
  const config = read(withPublicUrl(env))
  const page = webPortOf(env, config)
  return {
    open: config.publicUrl,
    page,
    back: config.port,
    note: proxyNote(config, `http://localhost:${page}`),
  }
}

function start(env: NodeJS.ProcessEnv) {
  const config = read(startEnvironment(env, read))
  return {
    open: config.publicUrl,
    port: config.port,
    note: proxyNote(config, `http://localhost:${config.port}`),
  }
}

const proxied = (url: string, served: string) =>
  `${url} has to be passed on to ${served}, by a proxy or by port forwarding.`

describe('npm run dev', () => {
  it.each([
    [{}, 'http://localhost:5173', 5173, undefined],
    [{ WEB_PORT: '6001' }, 'http://localhost:6001', 6001, undefined],
    [{ WEB_PORT: '' }, 'http://localhost:5173', 5173, undefined],
    [{ PUBLIC_URL: 'http://localhost:9000' }, 'http://localhost:9000', 9000, undefined],
    [
      { PUBLIC_URL: 'http://localhost:9000', WEB_PORT: '6001' },
      'http://localhost:9000',
      6001,
      proxied('http://localhost:9000', 'http://localhost:6001'),
    ],
    [
      { PUBLIC_URL: 'https://a.example.test' },
      'https://a.example.test',
      5173,
      proxied('https://a.example.test', 'http://localhost:5173'),
    ],
    // A proxy with TLS has this port.
    [
      { PUBLIC_URL: 'https://localhost:8443' },
      'https://localhost:8443',
      5173,
      proxied('https://localhost:8443', 'http://localhost:5173'),
    ],
  ])('with %j names an address that answers', (env, open, page, note) => {
    expect(dev(env)).toEqual({ open, page, back: 5174, note })
  })

  it('follows the address in aad.config.json', () => {
    const file = JSON.parse(readFileSync(join(folder.path, 'aad.config.json'), 'utf8')) as object
    const publicUrl = 'http://localhost:3000'
    folder.write('aad.config.json', JSON.stringify({ ...file, publicUrl }))
    expect(dev({})).toEqual({ open: publicUrl, page: 3000, back: 5174, note: undefined })
    expect(start({})).toEqual({ open: publicUrl, port: 3000, note: undefined })
    folder.reset()
  })

  it('keeps the path of the address in aad.config.json, whatever the port', () => {
    const file = JSON.parse(readFileSync(join(folder.path, 'aad.config.json'), 'utf8')) as object
    const publicUrl = 'http://localhost:3000/people'
    folder.write('aad.config.json', JSON.stringify({ ...file, publicUrl }))
    const moved = { ...folder.env, WEB_PORT: '6001' }
    const open = 'http://localhost:6001/people'
    expect(dev({})).toEqual({ open: publicUrl, page: 3000, back: 5174, note: undefined })
    expect(dev(moved)).toEqual({ open, page: 6001, back: 5174, note: undefined })
    expect(start(moved)).toEqual({ open, port: 6001, note: undefined })
    expect(start({ PORT: '6001' })).toEqual({ open, port: 6001, note: undefined })
    folder.reset()
  })

  it('names the key of aad.config.json if its path is wrong, also with another port', () => {
    const file = JSON.parse(readFileSync(join(folder.path, 'aad.config.json'), 'utf8')) as object
    const publicUrl = 'http://localhost:3000/People'
    folder.write('aad.config.json', JSON.stringify({ ...file, publicUrl }))
    const moved = { ...folder.env, WEB_PORT: '6001' }
    expect(() => dev(moved)).toThrow('  publicUrl: must have a path of lower-case letters')
    expect(() => start(moved)).toThrow('  publicUrl: must have a path of lower-case letters')
    folder.reset()
  })

  it('has the local tenant take the redirect URI with the path', () => {
    const tenantOf = (PUBLIC_URL: string) =>
      localTenantProcess(read({ PUBLIC_URL }), {})[0]?.env['TENANT_APP_ORIGIN']
    expect(tenantOf('http://localhost:5173/people')).toBe('http://localhost:5173/people')
    expect(tenantOf('http://localhost:5173')).toBeUndefined()
  })

  it('has the local tenant know the app roles of aad.config.json', () => {
    const file = JSON.parse(readFileSync(join(folder.path, 'aad.config.json'), 'utf8')) as object
    const appRoles = ['Directory.Reader', 'Notes.Editor']
    folder.write('aad.config.json', JSON.stringify({ ...file, appRoles }))
    const [planned] = localTenantProcess(read({}), {})
    expect(planned?.env['TENANT_APP_ROLES']).toBe('Directory.Reader Notes.Editor')
    folder.reset()
  })
})

describe('npm start', () => {
  it.each([
    [{}, 'http://localhost:5173', 5173, undefined],
    [{ PORT: '8080' }, 'http://localhost:8080', 8080, undefined],
    [{ WEB_PORT: '6001' }, 'http://localhost:6001', 6001, undefined],
    [{ WEB_PORT: '6001', PORT: '8080' }, 'http://localhost:6001', 6001, undefined],
    [{ PUBLIC_URL: 'http://localhost:9000' }, 'http://localhost:9000', 9000, undefined],
    [
      { PUBLIC_URL: 'http://localhost:9000', PORT: '8080' },
      'http://localhost:9000',
      8080,
      proxied('http://localhost:9000', 'http://localhost:8080'),
    ],
    [
      { PUBLIC_URL: 'https://a.example.test', PORT: '8080' },
      'https://a.example.test',
      8080,
      proxied('https://a.example.test', 'http://localhost:8080'),
    ],
  ])('with %j names an address that answers', (env, open, port, note) => {
    expect(start(env)).toEqual({ open, port, note })
  })

  it('leaves the addresses of a deployment alone', () => {
    const env = { NODE_ENV: 'production', PORT: '8080', WEB_PORT: '6001' }
    expect(startEnvironment(env, read)).toBe(env)
  })
})

it.each(['0', '-1', '65536', '80 80', '5173x', '0x50'])('refuses “%s” as WEB_PORT', (port) => {
  expect(() => withPublicUrl({ WEB_PORT: port })).toThrow(
    `WEB_PORT takes a port number from 1 to 65535, not "${port}".`,
  )
})

describe('a place to listen', () => {
  const place = { name: 'back end', host: '127.0.0.1', hostVariable: 'HOST', portVariable: 'PORT' }

  it.each(['127.0.0.1', '::1', '0.0.0.0', '::'])(
    'is in use if a program listens on %s',
    async (host) => {
      const other = createServer().listen(0, host)
      await once(other, 'listening')
      const { port } = other.address() as { port: number }
      expect(await isInUse(port)).toBe(true)
      expect(await placeProblem({ ...place, port })).toBe(
        `Port ${port} (back end) is in use. Stop the other program, or set PORT to another port.`,
      )
      other.close()
      await once(other, 'close')
      expect(await placeProblem({ ...place, port })).toBeUndefined()
    },
  )

  it('has a host of this machine', async () => {
    const host = 'x86_64-conda-linux-gnu'
    const words = await placeProblem({ ...place, port: 1, host })
    expect(words).toMatch(
      /^HOST is "x86_64-conda-linux-gnu", which is no address .* Conda set it\./,
    )
  })

  it.each([
    ['EADDRINUSE', 'Port 80 is in use.'],
    ['EACCES', 'Port 80 is not open to this user (EACCES). Set PORT'],
    ['EADDRNOTAVAIL', 'HOST is "h", which is no address of this machine (EADDRNOTAVAIL).'],
  ])('that fails with %s is explained', (code, words) => {
    expect(listenProblem({ code }, { ...place, host: 'h', port: 80 })).toContain(words)
  })

  it('that fails in an unknown way is no place to explain', () => {
    expect(listenProblem(new Error('x'), { ...place, port: 80 })).toBeUndefined()
  })
})
