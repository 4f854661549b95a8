import { existsSync } from 'node:fs'
import { launch, type Browser } from 'puppeteer-core'
import { findProgram, installByApt } from '@gatehouse/test-support/ensure-program'

const names = ['firefox-esr', 'firefox']
const application = '/Applications/Firefox.app/Contents/MacOS/firefox'

/** The path of an installed Firefox: from FIREFOX_PATH, the PATH, or /Applications. */
function findFirefox(): string | undefined {
  const onPath = names.map(findProgram).filter((path) => path !== undefined)
  const named = process.env['FIREFOX_PATH']
  return [...(named ? [named] : []), ...onPath, application].find((path) => existsSync(path))
}

/** Before all tests: installs Debian's Firefox if possible. Without it, its tests fail and say so. */
export default function ensureFirefox(): void {
  if (!findFirefox()) installByApt('firefox-esr')
}

/**
 * Starts an unmodified Firefox with a temporary profile, driven by WebDriver BiDi.
 *
 * @throws Error that says what to install, if there is no Firefox
 */
export async function launchFirefox(): Promise<Browser> {
  const executablePath = findFirefox()
  if (executablePath === undefined) {
    throw new Error(
      'The tests need Firefox. Debian: apt-get install firefox-esr. Or name its program in FIREFOX_PATH.',
    )
  }
  return launch({ browser: 'firefox', executablePath, headless: true })
}
