/** Before all tests: the programs that they start themselves. */
import { ensureProgram } from '@gatehouse/test-support/ensure-program'

export default function programs(): void {
  ensureProgram('redis-server', 'redis-server', 'macOS: brew install redis.')
  ensureProgram('nginx', 'nginx-light', 'macOS: brew install nginx.')
  ensureProgram('openssl', 'openssl', 'macOS: brew install openssl.')
  ensureProgram('pgrep', 'procps', '')
}
