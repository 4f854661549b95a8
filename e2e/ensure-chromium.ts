/** Before the browser tests: finds Chromium, or installs it by apt where that is possible, or says what to install. */
import { spawnSync } from 'node:child_process'
import { findChromium } from './chromium.ts'

function run(command: string, ...args: string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0
}

function installByApt(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  process.stdout.write('Installing Chromium by apt-get; this takes a minute.\n')
  const install = () =>
    run('apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'chromium')
  return install() || (run('apt-get', 'update', '-qq') && install())
}

if (!findChromium() && !(installByApt() && findChromium())) {
  process.stderr.write(
    'The browser tests need Chromium. Install it (Debian: apt-get install chromium; macOS: brew\n' +
      'install --cask chromium; or any Chrome), or name its program in CHROMIUM_PATH.\n',
  )
  process.exit(1)
}
