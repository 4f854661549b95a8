/** `npm test`: the quick tier, and at its end what it leaves to `npm run test:all`. */
import { spawnSync } from 'node:child_process'

const tasks = ['check', 'lint', 'format:check', 'test']
const { status } = spawnSync('turbo', ['run', ...tasks, '--continue', '--concurrency=2'], {
  stdio: 'inherit',
  // npm names programs in a file of commands there.
  shell: process.platform === 'win32',
})
process.stdout.write(
  'npm run test:all adds: Redis, instances behind nginx, Firefox, the clients of others, and all that is tagged thorough.\n',
)
process.exitCode = status ?? 1
