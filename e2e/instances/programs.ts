/** Before all tests: makes sure that the programs which they start are installed. */
import { ensureProgram } from '@gatehouse/test-support/ensure-program'
import { redisProgram } from '@gatehouse/test-support/redis'

export default function programs(): void {
  ensureProgram(redisProgram, redisProgram, 'macOS: brew install redis.')
  ensureProgram('nginx', 'nginx-light', 'macOS: brew install nginx.')
  ensureProgram('openssl', 'openssl', 'macOS: brew install openssl.')
  ensureProgram('pgrep', 'procps', '')
}
