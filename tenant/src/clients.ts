/** App registrations, and which of their addresses an answer may be sent to. */

export interface ClientRegistration {
  /** The application (client) id, a GUID. */
  clientId: string
  clientSecret: string
  /** What the consent page calls the application. */
  name: string
  redirectUris: string[]
  /** Where a sign-out may lead besides the redirect URIs, which count too. */
  postLogoutRedirectUris?: string[]
  /** Loaded in a hidden frame, with `iss` and `sid`, when a user of the application signs out. */
  frontChannelLogoutUri?: string
  /** The roles that the application defines; users have those of theirs that are listed. Absent: all of theirs. */
  appRoles?: string[]
}

export function findClient(
  clients: readonly ClientRegistration[],
  clientId: string,
): ClientRegistration | undefined {
  const wanted = clientId.toLowerCase()
  return clients.find((client) => client.clientId.toLowerCase() === wanted)
}

export function isRedirectUri(client: ClientRegistration, uri: string): boolean {
  return client.redirectUris.some((registered) => matchesUri(registered, uri))
}

export function isPostLogoutRedirectUri(client: ClientRegistration, uri: string): boolean {
  const registered = [...client.redirectUris, ...(client.postLogoutRedirectUris ?? [])]
  return registered.some((candidate) => matchesUri(candidate, uri))
}

/**
 * Compares as Entra does: character by character, but the port of an `http://localhost` address is ignored.
 * https://learn.microsoft.com/entra/identity-platform/reply-url
 */
export function matchesUri(registered: string, uri: string): boolean {
  return registered === uri || withoutLocalPort(registered) === withoutLocalPort(uri)
}

function withoutLocalPort(uri: string): string {
  return uri.replace(/^(https?:\/\/localhost):\d{1,5}(?=[/?#]|$)/, '$1')
}
