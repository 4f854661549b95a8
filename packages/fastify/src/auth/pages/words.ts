/** The texts of the pages about signing in that the server writes itself, and of the failures that it describes. */

/** A failed sign-in, for a browser that does not follow `Refresh` to the page that explains it. */
export const problem = {
  unavailableTitle: 'Sign-in is unavailable',
  unavailable: 'Microsoft didn’t answer.',
  unreachable: 'This app’s server couldn’t reach Microsoft.',
  appUnavailable: 'This app couldn’t read its sessions.',
  invalidLinkTitle: 'This sign-in link doesn’t work',
  invalidLink: 'It isn’t one that this app makes.',
  continue: 'Continue',
} as const

/** An administrator who comes back from consent for the whole organisation. */
export const adminConsent = {
  approvedTitle: 'This app is approved for your organisation',
  approved:
    'That is what Microsoft’s answer says. People in your organisation can now sign in without asking you.',
  permissions: 'Permissions in the answer:',
  permission: (inWords: string, name: string) => (inWords === name ? name : `${inWords} (${name})`),
  declinedTitle: 'This app was not approved',
  declined: 'The request was declined or cancelled. It granted nothing.',
  failedTitle: 'The approval didn’t work',
  failed:
    'Microsoft sent you back without an approval, so nothing was granted. Try again. If it keeps happening, tell the developer of this app.',
  otherTitle: 'This app is for another organisation',
  other:
    'Microsoft’s answer names an organisation whose people can’t sign in here. An approval there changes nothing for this app.',
  check:
    'To check what is granted, open the Microsoft Entra admin center: Enterprise applications > (the app) > Permissions.',
  open: 'Open the app',
  again: 'Try again',
} as const

/** Signed out in this browser, while the store of the sessions does not answer. */
export const signOut = {
  notStored:
    'You’re signed out in this browser. The server couldn’t store that yet. Until it can, a copy of your cookie may still work.',
} as const

/**
 * What a failed check means, for the developer: by the name of the check, as in the log. An AADSTS number has its
 * sentence in the table of them.
 */
export const causes: Readonly<Record<string, string>> = {
  // Of the answer in the browser.
  iss_parameter: 'The answer names another issuer than the tenant’s (iss, RFC 9207).',
  code_missing: 'The answer has neither a code nor an error.',
  transaction:
    'The answer belongs to no sign-in that this browser has under way: its state is unknown, used, or older than the sign-in cookie.',
  browser_gone: 'The browser closed the connection before the sign-in was finished.',
  // Of the ID token.
  signature: 'The signature of the ID token doesn’t match the published key.',
  kid: 'The ID token is signed with a key that the tenant doesn’t publish.',
  alg: 'The ID token isn’t signed with RS256.',
  typ: 'The token isn’t an ID token: its header says another type (typ).',
  crit: 'The ID token has a critical header that this app doesn’t know (crit).',
  key_issuer: 'The key that signed the ID token belongs to another issuer.',
  iss: 'The issuer of the ID token isn’t the configured tenant (iss).',
  aud: 'The ID token is for another app: its audience isn’t clientId (aud).',
  azp: 'The ID token was issued to another app (azp).',
  tid: 'The ID token is from another tenant than the configured one (tid).',
  nonce: 'The nonce of the ID token isn’t that of this sign-in.',
  at_hash: 'The ID token doesn’t belong to the access token beside it (at_hash).',
  exp: 'The ID token has expired by this server’s clock, or its expiry can’t be right (exp).',
  iat: 'The time of issue of the ID token doesn’t fit this server’s clock (iat).',
  nbf: 'The ID token isn’t valid yet by this server’s clock (nbf).',
  sub: 'The ID token has no usable subject (sub).',
  oid: 'The ID token has no usable object id (oid).',
  duplicate_header: 'The header of the ID token names something twice.',
  duplicate_claim: 'The ID token has a claim twice.',
  id_token: 'The answer of the token endpoint has no ID token that can be read.',
  // Of the account.
  personal_account: 'The account is a personal Microsoft account.',
  tenant_not_allowed: 'The account’s tenant isn’t in allowedTenants.',
  // Of the answer of the token endpoint.
  token_response: 'The answer of the token endpoint isn’t the JSON that it should be.',
  access_token: 'The answer of the token endpoint has no usable access token.',
  token_type: 'The answer of the token endpoint has a token of another type than Bearer.',
  expires_in: 'The answer of the token endpoint doesn’t say how long the token lasts.',
  // Of this server.
  credential: 'The client credential of this app couldn’t be read or used.',
  authorize_url: 'The address of Microsoft’s sign-in page couldn’t be made.',
  store: 'The session store didn’t answer.',
  entra_unavailable:
    'Microsoft Entra ID gave no usable answer in time: this server couldn’t reach it, or it failed.',
  entra_refused: 'Microsoft Entra ID refused the request, without a number that this app knows.',
  authorize_error: 'Microsoft’s sign-in page answered with an error that this app doesn’t know.',
  unexpected: 'The server met an error that it didn’t expect. The log has it.',
}
