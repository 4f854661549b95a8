import { api, userPhoto } from '@gatehouse/shared/paths'
import { describe, expect, it } from 'vitest'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp()

/** Every GET of the API that is about a person. */
const paths = [api.session, api.sessions, api.me, api.claims, api.organisation, api.users]

/** @param hasPhoto a user of the tenant has one if the id ends with an even digit */
function photo(hasPhoto: boolean): string {
  const { users } = gatehouse().tenant
  return userPhoto(users.find(({ id }) => /[02468ace]$/.test(id) === hasPhoto)?.id ?? '')
}

// A cached answer would outlive the sign-out: `Vary: Cookie` has no effect in Chrome's cache.
describe('an answer about a person is never kept by the browser:', () => {
  it.each([
    ...paths.map((path) => [path, 'empty', () => path] as const),
    ['a photo', 'image', () => photo(true)] as const,
    ['a photo that a script fetches', 'empty', () => photo(true)] as const,
    ['a missing photo', 'image', () => photo(false)] as const,
  ])('%s', async (_name, destination, path) => {
    const browser = gatehouse().browser()
    await browser.signIn()
    const { status, headers } = await browser.get(path(), { 'sec-fetch-dest': destination })
    expect(status).toBeLessThan(300)
    expect(headers['cache-control']).toBe('no-store')
    expect(headers).not.toHaveProperty('etag')
  })
})
