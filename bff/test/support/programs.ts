/** Before all tests: the programs that they start themselves. */
import { ensureProgram } from '../../../e2e/ensure-program.ts'

export default function programs(): void {
  ensureProgram('redis-server', 'redis-server', 'macOS: brew install redis.')
}
