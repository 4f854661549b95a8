/** Who acts: an administrator by device code or through the Azure CLI, or a token that CI holds. */
import type { Cloud } from './clouds.ts'
import { SetupError } from './errors.ts'
import type { Network } from './network.ts'
import { withProgress } from './output.ts'
import { discover, tokenByDeviceCode } from './device-code.ts'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

export const tokenVariable = 'GATEHOUSE_GRAPH_TOKEN'

export type SignInWay = 'device-code' | 'azure-cli'

interface SignInRequest {
  cloud: Cloud
  /** A tenant id or a domain; without one, the tenant of whoever signs in. */
  tenant: string | undefined
  way: SignInWay
  /** From the environment; goes before every other way. */
  token: string | undefined
}

export interface SignedIn {
  token: string
  tenantId: string
  /** Who it is, as far as the token says. */
  user: string | undefined
}

/** @throws SetupError for everything that keeps somebody from signing in, and for another tenant than the one asked for */
export async function signIn(network: Network, request: SignInRequest): Promise<SignedIn> {
  const { cloud, tenant, way } = request
  const metadata = await withProgress('Looking up the tenant', () =>
    discover(network, cloud.authority, tenant ?? 'organizations'),
  )
  const token =
    request.token ??
    (way === 'azure-cli'
      ? await tokenOfAzureCli(tenant)
      : await tokenByDeviceCode(network, metadata, cloud.authority, tenant ?? 'organizations'))

  const { tenantId, user } = claimsOf(token)
  if (metadata.tenantId && metadata.tenantId !== tenantId) {
    throw new SetupError(
      'wrong_tenant',
      `This sign-in is for the tenant ${tenantId}, not for ${tenant} (${metadata.tenantId}).`,
      'Sign in with an account of that tenant, or name the other one with --tenant.',
    )
  }
  return { token, tenantId, user }
}

// The session of `az login`, where there is one.

const waitMs = 60_000

/**
 * A token for Graph from the Azure CLI
 * (https://learn.microsoft.com/cli/azure/account#az-account-get-access-token).
 *
 * @throws SetupError where the CLI is missing, or nobody is signed in with it
 */
async function tokenOfAzureCli(tenant: string | undefined): Promise<string> {
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

// Reads a token for Graph without checking it: Graph does that. It only says who acts, and where.

/** @throws SetupError for what is no token of Entra's */
function claimsOf(token: string): { tenantId: string; user: string | undefined } {
  try {
    const text = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
    const claims = JSON.parse(text) as Record<string, unknown>
    const user = claims['upn'] ?? claims['unique_name'] ?? claims['preferred_username']
    if (typeof claims['tid'] === 'string') {
      return {
        tenantId: claims['tid'].toLowerCase(),
        user: typeof user === 'string' ? user : undefined,
      }
    }
  } catch {
    // Said below: the text itself stays unsaid.
  }
  throw new SetupError(
    'sign_in',
    'The token is not an access token of Microsoft Entra.',
    'Get one for Microsoft Graph: az account get-access-token --resource-type ms-graph --query accessToken --output tsv',
  )
}
