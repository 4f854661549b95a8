import { expect, it } from 'vitest'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp()

it(
  'answers 504 after ten seconds if Graph hangs or drips, and no other user waits',
  { tags: ['thorough'], timeout: 15_000 },
  async () => {
    const { faults, journal } = gatehouse().tenant
    const [hanging, dripping, other] = [
      await gatehouse().signedIn(),
      await gatehouse().signedIn(),
      await gatehouse().signedIn(),
    ]
    const began = performance.now()
    faults.set({ at: 'users', times: 1, kind: 'hang' })
    faults.set({ at: 'users', times: 1, kind: 'drip', bytes: 1, everyMs: 200, total: 10_000 })
    const first = hanging.get('/api/users')
    await expect.poll(() => journal.count('users')).toBe(1)
    const second = dripping.get('/api/users')
    await expect.poll(() => journal.count('users')).toBe(2)

    expect((await other.get('/api/me')).status).toBe(200)
    expect((await other.get('/api/users')).status).toBe(200)
    expect(performance.now() - began).toBeLessThan(2000)
    for (const waiting of [first, second]) {
      expectProblem(await waiting, 504, 'upstream_timeout')
      expect(performance.now() - began).toBeLessThan(12_000)
    }
  },
)
