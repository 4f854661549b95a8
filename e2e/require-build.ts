/** Before tests of the built app: refuses a build of other sources. Turbo compares them by content, in half a second. */
import { execFileSync } from 'node:child_process'
import { root } from './imports.ts'

interface Plan {
  tasks: { taskId: string; cache: { status: 'HIT' | 'MISS' } }[]
}

/** Processes that this one starts, such as those of Playwright, need not look again. */
const checked = 'BUILD_CHECKED'

/** @throws Error that names what is to be built */
export default function requireBuild(): void {
  if (process.env[checked]) return
  const filters = ['@gatehouse/bff', '@gatehouse/web'].map((name) => `--filter=${name}`)
  const args = ['run', 'build', ...filters, '--dry=json']
  const plan = JSON.parse(
    execFileSync('turbo', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
  ) as Plan
  const stale = plan.tasks
    .filter(({ cache }) => cache.status === 'MISS')
    .map(({ taskId }) => taskId)
  if (stale.length > 0) {
    const tasks = stale.join(', ')
    throw new Error(`The build is not that of the sources (${tasks}). Run: npm run build`)
  }
  process.env[checked] = '1'
}
