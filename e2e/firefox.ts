import { existsSync } from 'node:fs'
import { launch, type Browser } from 'puppeteer-core'
import { findProgram, installByApt } from '@gatehouse/test-support/ensure-program'

const names = ['firefox-esr', 'firefox']
const application = '/Applications/Firefox.app/Contents/MacOS/firefox'

/** The path of this machine's own Firefox, if there is one: FIREFOX_PATH, the PATH, /Applications. */
export function findFirefox(): string | undefined {
  const onPath = names.map(findProgram).filter((path) => path !== undefined)
  const named = process.env['FIREFOX_PATH']
  return [...(named ? [named] : []), ...onPath, application].find((path) => existsSync(path))
}

/** Before all tests: Debian's Firefox, where it can be installed. A test that misses it says so. */
export default function ensureFirefox(): void {
  if (!findFirefox()) installByApt('firefox-esr')
}

/**
 * A Firefox as its makers ship it, with a profile that goes with it, driven by WebDriver BiDi.
 *
 * @throws Error with what to install where there is none
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
