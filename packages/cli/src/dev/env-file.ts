/**
 * Reads `.env` beside the configuration, in which `npm run register` writes the client secret. It is for this
 * machine only; a deployment sets its environment itself. Variables that are already set take precedence.
 * Importing this file changes the environment of the process.
 */

import { folderOf, shown } from '../files/folder.ts'
import { parseEnvFile, readTextFile } from '../files/parse-env.ts'
import { LaunchError, withPublicUrl } from './addresses.ts'

/** The environment that this process was started with. */
const inherited = { ...process.env }

/**
 * The environment with `.env` as it is now.
 *
 * @throws LaunchError with a sentence for each line that cannot be read
 */
export function readEnvironment(): NodeJS.ProcessEnv {
  const { env: path } = folderOf(inherited)
  const file = readTextFile(path)
  if (!file) return withPublicUrl(inherited)
  if (file.problem !== undefined) throw new LaunchError(`${shown(path)} ${file.problem}.`)
  const { values, problems } = parseEnvFile(file.text)
  if (problems.length > 0) {
    const lines = problems.map((problem) => `  ${problem}`)
    throw new LaunchError(`${shown(path)} cannot be used:\n${lines.join('\n')}`)
  }
  return withPublicUrl({ ...values, ...inherited })
}

try {
  Object.assign(process.env, readEnvironment())
} catch (error) {
  if (!(error instanceof LaunchError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}
