/** Before all tests: the programs that they start themselves. */
import { ensureProgram } from '@gatehouse/test-support/ensure-program'
import { redisProgram } from '@gatehouse/test-support/redis'

export default function programs(): void {
  // Debian's packages have the names of their servers.
  ensureProgram(redisProgram, redisProgram, 'macOS: brew install redis.')
}
