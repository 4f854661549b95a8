/** Whether to go on: on a terminal somebody is asked; elsewhere only what is written by hand needs a word. */
import { SetupError } from '../errors.ts'
import { ask, hasTerminal } from '../output.ts'

/**
 * @param handWritten keys whose values somebody wrote
 * @throws SetupError where nobody can be asked
 */
export async function permitted(handWritten: readonly string[], yes: boolean): Promise<boolean> {
  if (yes) return true
  const keys = handWritten.join(', ')
  if (hasTerminal()) return ask(keys ? `Go ahead, and replace ${keys}?` : 'Go ahead?')
  if (!keys) return true
  throw new SetupError(
    'declined',
    `Values that somebody wrote by hand would be replaced: ${keys}.`,
    'The difference is above. Run the command again with --yes to replace them.',
  )
}
