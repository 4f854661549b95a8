/** Reads a token for Graph without checking it: Graph does that. It only says who acts, and where. */
import { SetupError } from '../errors.ts'

/** @throws SetupError for what is no token of Entra's */
export function claimsOf(token: string): { tenantId: string; user: string | undefined } {
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
