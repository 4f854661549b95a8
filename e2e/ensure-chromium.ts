/** Before the browser tests: finds Chromium, or installs it by apt where that is possible, or says what to install. */
import { findChromium } from './chromium.ts'
import { installByApt } from '@gatehouse/test-support/ensure-program'

if (!findChromium() && !(installByApt('chromium') && findChromium())) {
  process.stderr.write(
    'The browser tests need Chromium. Install it (Debian: apt-get install chromium; macOS: brew\n' +
      'install --cask chromium; or any Chrome), or name its program in CHROMIUM_PATH.\n',
  )
  process.exit(1)
}
