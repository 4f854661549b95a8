import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import { people } from '@gatehouse/tenant/testing'
import { describe, expect, it } from 'vitest'
import { start, type Ended } from './support/commands.ts'
import { consentForAllUsers, tokenOf, useSetup } from './support/use-setup.ts'

const setup = useSetup()

/** The command's error output with its exit status, and whether it changed anything. */
async function refusalOf({ code, err }: Ended): Promise<string> {
  const registered = await setup.applications()
  const isUntouched =
    registered.length === 0 &&
    !setup.folder.has('.env') &&
    setup.folder.config().clientId === '{enter-your-client-id-here}'
  const hasStack = /\n\s+at /.test(err)
  return `${isUntouched ? 'untouched' : 'touched'}, ${code}${hasStack ? ', stack' : ''}: ${err}`
}

/** @param words of the sentence about what happened @param next of the sentence about the next step */
function twoSentences(words: RegExp, next: RegExp): RegExp {
  return new RegExp(`^untouched, 1: .*${words.source}.*${next.source}`, 's')
}

describe('register says in two sentences', () => {
  it('which role is missing', async () => {
    setup.tenant.faults.set({
      at: 'applications',
      kind: 'graphError',
      status: 403,
      code: 'Authorization_RequestDenied',
      when: ({ method }) => method !== 'GET',
    })
    expect(await refusalOf(await setup.register())).toMatch(
      twoSentences(/may not create the application/, /role Application Developer/),
    )
  })

  it('that the sign-in is for another tenant', async () => {
    const wrong = '11111111-2222-4333-8444-555555555555'
    const other = await setup.register('--tenant', wrong)
    expect(await refusalOf(other)).toMatch(twoSentences(/knows no tenant 11111111/, /--tenant/))
  })

  it('that the token is not an access token', async () => {
    const env = { ...setup.env(), GATEHOUSE_GRAPH_TOKEN: 'nonsense' }
    const ended = await start('register', [], env).ended
    expect(await refusalOf(ended)).toMatch(
      twoSentences(/not an access token/, /az account get-access-token/),
    )
    expect(ended.err).not.toContain('nonsense')
  })

  it('that a token has expired', async () => {
    setup.tenant.faults.set({
      at: 'applications',
      kind: 'graphError',
      status: 401,
      code: 'InvalidAuthenticationToken',
      times: 1,
    })
    expect(await refusalOf(await setup.register())).toMatch(
      twoSentences(/does not accept this sign-in/, /Sign in again/),
    )
  })

  it('that the sign-in service does not answer', async () => {
    const env = { ...setup.env(), AAD_AUTHORITY: 'http://127.0.0.1:9' }
    const ended = await start('register', [], env).ended
    expect(await refusalOf(ended)).toMatch(
      twoSentences(/127.0.0.1:9 refuses the connection/, /HTTPS_PROXY/),
    )
  })

  it('that the proxy of HTTPS_PROXY does not connect to Microsoft', async () => {
    const targets: string[] = []
    const proxy = createServer().on('connect', ({ url = '' }, client: Socket) => {
      targets.push(url)
      client.end('HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n')
    })
    await once(proxy.listen(0, '127.0.0.1'), 'listening')
    const { AAD_AUTHORITY: _, GRAPH_BASE_URL: __, ...env } = setup.env()
    const { port } = proxy.address() as AddressInfo
    const HTTPS_PROXY = `http://127.0.0.1:${port}`
    const ended = await start('register', [], { ...env, HTTPS_PROXY, NO_PROXY: '' }).ended
    proxy.close()
    expect(targets).not.toEqual([])
    expect(targets.join(' ')).toMatch(
      /^(?:(?:login\.microsoftonline|graph\.microsoft)\.com:443 ?)+$/,
    )
    expect(await refusalOf(ended)).toMatch(
      twoSentences(/is behind a proxy that does not connect to it \(403\)/, /NO_PROXY/),
    )
  })

  it('which entry of NO_PROXY means nothing', async () => {
    const env = { ...setup.env(), HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: '10.0.0.0/99' }
    const ended = await start('register', [], env).ended
    expect(await refusalOf(ended)).toMatch(/^untouched, 1: [^]*NO_PROXY.*10\.0\.0\.0\/99/)
  })

  it('that a connection breaks in the middle', async () => {
    setup.tenant.faults.set({
      at: 'applications',
      kind: 'reset',
      when: ({ method }) => method !== 'GET',
    })
    expect(await refusalOf(await setup.register())).toMatch(
      twoSentences(/closed the connection without an answer/, /continues where it stopped/),
    )
  })

  it('that the name still belongs to a deleted registration', { tags: ['thorough'] }, async () => {
    const other = start('register', [], setup.env())
    await other.ended
    const [application] = await setup.applications()
    const path = `/applications/${application?.id}`
    await setup.graph.call({ method: 'DELETE', path, what: 'delete' })
    setup.folder.reset()
    const next = /another --name.*Deleted applications/
    expect(await refusalOf(await setup.register())).toMatch(
      twoSentences(/an object of this name/, next),
    )
  })

  it('what is wrong with an option', { tags: ['thorough'] }, async () => {
    for (const [args, words] of [
      [['--public-url', 'http://app.example.test'], /cannot be the public address/],
      [['--federated', 'nobody'], /does not name an identity/],
      [['--authority', 'https://login.example.test'], /cannot stand in for Microsoft/],
      [['--days', '0'], /whole number from 1 to 730/],
      [['--cloud', 'moon'], /Allowed choices are global, usgov, usgov-dod, china/],
      [['--certificate', '--federated', 'https://i.test,s'], /cannot be used with/],
      [['--nonsense'], /unknown option/],
    ] as const) {
      expect(await refusalOf(await setup.register(...args))).toMatch(twoSentences(words, /./))
    }
  })

  it('that production accepts no local tenant', async () => {
    const env = { ...setup.env(), NODE_ENV: 'production' }
    const ended = await start('register', [], env).ended
    expect(await refusalOf(ended)).toMatch(twoSentences(/cannot stand in for Microsoft/, /--cloud/))
  })

  it('that git would commit the secret', { tags: ['thorough'] }, async () => {
    const { status } = spawnSync('git', ['init', '--quiet'], { cwd: setup.folder.path })
    expect(status).toBe(0)
    const next = /Add the line .env to .gitignore/
    expect(await refusalOf(await setup.register())).toMatch(
      twoSentences(/git does not ignore/, next),
    )
    writeFileSync(join(setup.folder.path, '.gitignore'), '.env\n')
    expect((await setup.register()).code).toBe(0)
  })

  it('that the configuration is not JSON, without quoting it', async () => {
    writeFileSync(join(setup.folder.path, 'aad.config.json'), '{ "clientSecret": Zx8~Q }')
    const { code, err } = await setup.register()
    expect(code).toBe(1)
    expect(err).toMatch(/is not valid JSON/)
    expect(err).not.toContain('Zx8')
  })

  it.each([
    ['null', 'must hold one JSON object'],
    ['[]', 'must hold one JSON object'],
    [
      '{ "tenant": "a", "publicUrl": "b", "tenant": "c" }',
      'tenant is there twice, in lines 1 and 1',
    ],
    ['{ "scopes": null }', 'scopes takes a list of permission names'],
    ['{ "appRoles": "Reader" }', 'appRoles takes a list of app roles'],
    ['{ "downstreamApis": { "graph": null } }', 'downstreamApis.graph takes'],
    ['{ "downstreamApis": { "graph": {} } }', 'downstreamApis.graph.baseUrl is missing'],
  ])('that the configuration is %s, and changes nothing', async (text, sentence) => {
    const file = join(setup.folder.path, 'aad.config.json')
    writeFileSync(file, text)
    const ended = [await setup.register(), await start('cleanup', [], setup.env()).ended]
    for (const { code, err } of ended) {
      expect([code, err.split('\n')[1]]).toEqual([1, 'Correct it, then run the command again.'])
      expect(err).toContain(sentence)
    }
    expect([readFileSync(file, 'utf8'), await setup.applications()]).toEqual([text, []])
  })
})

describe('a value written by hand', () => {
  const theirs = '11111111-2222-4333-8444-555555555555'

  it('is shown as a difference and kept if there is no terminal to ask on', async () => {
    const file = join(setup.folder.path, 'aad.config.json')
    const text = setup.folder
      .text('aad.config.json')
      .replace('{enter-your-client-id-here}', theirs)
      .replace('{enter-your-client-secret-here}', 'Zx8~Q.by-hand')
    writeFileSync(file, text)
    const { code, out, err } = await setup.register()
    expect(code).toBe(1)
    expect(err).toMatch(/by hand would be replaced: clientId, clientSecret/)
    expect(out).toMatch(new RegExp(`-\\s+"clientId": "${theirs}"`))
    expect(out).not.toContain('Zx8~Q')
    expect(setup.folder.text('aad.config.json')).toBe(text)
    expect(await setup.applications()).toEqual([])

    expect((await setup.register('--yes')).code).toBe(0)
    expect(setup.folder.config().clientId).not.toBe(theirs)
  })

  it('decides the tenant, and a sign-in at another tenant is refused', async () => {
    const file = join(setup.folder.path, 'aad.config.json')
    const text = setup.folder
      .text('aad.config.json')
      .replace('{enter-your-client-id-here}', theirs)
      .replace('{enter-your-tenant-id-here}', theirs)
    writeFileSync(file, text)
    const { code, err } = await setup.register('--yes')
    expect(code).toBe(1)
    expect(err).toMatch(/aad.config.json belongs to the tenant 11111111/)
    expect(setup.folder.text('aad.config.json')).toBe(text)
  })
})

describe('register with an account that is not an administrator', () => {
  it('names the role that is needed', async () => {
    const { tenant } = setup
    await consentForAllUsers(tenant)
    const token = await tokenOf(tenant, people(tenant).first.id)
    const env = { ...setup.env(), GATEHOUSE_GRAPH_TOKEN: token }
    const ended = await start('register', [], env).ended
    expect(await refusalOf(ended)).toMatch(
      twoSentences(/may not create the application/, /Application Developer/),
    )
  })
})
