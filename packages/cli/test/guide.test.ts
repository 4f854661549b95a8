/** Compares docs/connect-your-tenant.md with the commands: every name that a reader would copy. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { auth, pages } from '@gatehouse/contract/paths'
import { describe, expect, it } from 'vitest'
import { clouds } from '@gatehouse/fastify/config'
import { root } from '../src/files/folder.ts'
import { useSetup } from './support/use-setup.ts'

const setup = useSetup()
const guide = readFileSync(join(root, 'docs/connect-your-tenant.md'), 'utf8')
const byHand = guide.slice(guide.indexOf('## By hand'))

/** The text of the step that starts with these words. */
function step(title: string): string {
  const from = byHand.indexOf(`**${title}.**`)
  expect(from).toBeGreaterThan(0)
  const next = /\n\d\. \*\*/.exec(byHand.slice(from))?.index ?? byHand.length
  return byHand.slice(from, from + next)
}

describe('the guide, by hand', () => {
  it('registers what the command registers', async () => {
    expect((await setup.register()).code).toBe(0)
    const [application] = await setup.applications()
    const [signInUri, signedOutUri] = application?.web?.redirectUris ?? []
    expect(step('New registration')).toContain(`\`${application?.displayName}\``)
    expect(step('New registration')).toContain(`\`${signInUri}\``)
    expect(step('Authentication')).toContain(`\`${signedOutUri}\``)
    expect(signInUri?.endsWith(auth.redirect)).toBe(true)
    expect(signedOutUri?.endsWith(pages.signedOut)).toBe(true)

    const named = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1])
    const claims = application?.optionalClaims?.idToken?.map(({ name }) => name)
    expect(named(step('Token configuration'))).toEqual(claims)

    const [access] = application?.requiredResourceAccess ?? []
    const path = `/servicePrincipals(appId='${access?.resourceAppId}')`
    const api = await setup.graph.find<{ oauth2PermissionScopes: { id: string; value: string }[] }>(
      path,
      'read',
    )
    for (const { id } of access?.resourceAccess ?? []) {
      const name = api?.oauth2PermissionScopes.find((scope) => scope.id === id)?.value
      expect(named(step('API permissions'))).toContain(name)
    }
    for (const key of ['tenant', 'clientId', 'clientSecretExpires']) {
      expect(step('Here')).toContain(`"${key}"`)
      expect(setup.folder.config()).toHaveProperty(key)
    }
    expect(setup.folder.config()).not.toHaveProperty('clientSecret')
  })

  it('names the front-channel logout URL, the audience and the token file as the command does', async () => {
    const publicUrl = 'https://app.example.com'
    const identity = ['--federated', 'https://oidc.example.test,subject']
    expect((await setup.register('--public-url', publicUrl, ...identity)).code).toBe(0)
    const [application] = await setup.applications()
    expect(application?.web?.logoutUrl).toBe(publicUrl + auth.frontChannelLogout)
    expect(step('Authentication')).toContain(`\`${application?.web?.logoutUrl}\``)
    const path = `/applications/${application?.id}/federatedIdentityCredentials`
    const [federated] = await setup.graph.list<{ audiences: string[] }>(path, 'list')
    expect(step('Certificates & secrets')).toContain(`\`${federated?.audiences[0]}\``)
    expect(step('Here')).toContain(
      JSON.stringify(setup.folder.config().credentials).slice(2, -2).replace(':', ': '),
    )
  })

  it('has the address of every cloud', () => {
    for (const [name, { authority, graph, federatedAudience }] of Object.entries(clouds)) {
      const row = byHand.split('\n').find((line) => line.startsWith(`| \`${name}\``))
      expect(row).toContain(`\`${authority}\``)
      expect(row).toContain(`\`${graph}\``)
      expect(row).toContain(`\`${federatedAudience}\``)
    }
  })
})

describe('the guide, by command', () => {
  it('names only options and scripts that exist', async () => {
    const byCommand = guide.slice(0, guide.indexOf('## By hand'))
    const { out } = await setup.start('register', '--help').ended
    for (const [option] of byCommand.matchAll(/--[a-z][a-z-]+/g)) {
      expect([out, '--help'].join('\n')).toContain(option)
    }
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>
    }
    for (const [, script = ''] of byCommand.matchAll(/npm run ([a-z-]+)/g)) {
      expect(Object.keys(manifest.scripts)).toContain(script)
    }
  })
})
