/** `npm test`: runs the quick tests, and says what `npm run test:all` adds. */
import { spawnSync } from 'node:child_process'

const tasks = ['lint', 'format:check', 'test', 'test:browser']
const { status } = spawnSync('turbo', ['run', ...tasks, '--continue', '--concurrency=2'], {
  stdio: 'inherit',
  // On Windows, npm installs programs as command files, which need a shell.
  shell: process.platform === 'win32',
})
process.stdout.write(
  'npm run test:all adds: Redis, instances behind nginx, Firefox, the clients of others, and all that is tagged thorough.\n',
)
process.exitCode = status ?? 1
