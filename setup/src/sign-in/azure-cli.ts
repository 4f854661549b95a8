/** The session of `az login`, where there is one. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { SetupError } from '../errors.ts'
import { withProgress } from '../output.ts'

const waitMs = 60_000

/**
 * A token for Graph from the Azure CLI
 * (https://learn.microsoft.com/cli/azure/account#az-account-get-access-token).
 *
 * @throws SetupError where the CLI is missing, or nobody is signed in with it
 */
export async function tokenOfAzureCli(tenant: string | undefined): Promise<string> {
  const words = ['account', 'get-access-token', '--resource-type', 'ms-graph', '--output', 'json']
  if (tenant) words.push('--tenant', tenant)
  try {
    const { stdout } = await withProgress('Asking the Azure CLI for a token', () =>
      // Its command is a batch file on Windows, which only a shell starts.
      promisify(execFile)('az', words, { timeout: waitMs, shell: process.platform === 'win32' }),
    )
    const { accessToken } = JSON.parse(stdout) as { accessToken?: unknown }
    if (typeof accessToken === 'string') return accessToken
    throw new Error('no accessToken in the answer of az')
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw new SetupError(
      'sign_in',
      isMissing ? 'The Azure CLI (az) is not installed.' : 'The Azure CLI gave no token.',
      `${isMissing ? 'Install it' : `Run az login${tenant ? ` --tenant ${tenant}` : ''}`}, or leave --sign-in out to sign in by device code.`,
      { cause: error },
    )
  }
}
