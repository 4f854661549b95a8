/** https://learn.microsoft.com/entra/identity-platform/reference-error-codes, as far as this tenant can send them. */

interface Known {
  error: string
  message: string
  suberror?: string
}

const wrongGrant = 'invalid_grant'
const stepUp = 'interaction_required'

export const aadstsCodes: Readonly<Record<number, Known>> = {
  // The request.
  9002313: { error: 'invalid_request', message: 'The request is malformed or invalid.' },
  9000411: { error: 'invalid_request', message: 'A parameter is given more than once.' },
  900144: { error: 'invalid_request', message: 'A required parameter is missing.' },
  90023: { error: 'invalid_request', message: 'The value of a parameter is not supported.' },
  90002: { error: 'invalid_tenant', message: 'The tenant was not found.' },
  700016: { error: 'unauthorized_client', message: 'The application was not found here.' },
  700051: { error: 'unsupported_response_type', message: 'This response type is not enabled.' },
  70003: { error: 'unsupported_grant_type', message: 'This grant type is not supported.' },
  70005: { error: 'unsupported_response_type', message: 'The response type is not supported.' },
  70007: {
    error: 'invalid_request',
    message: "'query' is not a supported value of 'response_mode' when requesting a token.",
  },
  700054: { error: 'unsupported_response_type', message: 'This response type is not enabled.' },
  500113: {
    error: 'invalid_request',
    message: 'No redirect URI is registered for the application.',
  },
  70011: { error: 'invalid_scope', message: 'The requested scope is not valid.' },
  28000: {
    error: 'invalid_scope',
    message: 'The scopes are of more than one resource.',
  },
  500011: { error: 'invalid_resource', message: 'The resource principal was not found here.' },
  650052: { error: 'invalid_client', message: 'The organization has not enabled the service.' },
  650053: { error: 'invalid_client', message: 'The scope does not exist on the resource.' },
  650056: { error: 'invalid_client', message: 'The application is misconfigured.' },
  650057: { error: 'invalid_resource', message: 'The resource is not listed by the application.' },
  50011: {
    error: 'invalid_request',
    message: 'The redirect URI is not one of those configured for the application.',
  },
  500112: { error: wrongGrant, message: 'The redirect URI is not the one the code was sent to.' },
  501491: { error: 'invalid_request', message: 'The code challenge is not of a valid size.' },
  501492: { error: 'invalid_request', message: 'The code challenge method is not supported.' },
  50049: { error: 'invalid_instance', message: 'The authority is not a host of this cloud.' },
  9002325: {
    error: 'invalid_request',
    message: 'A single-page application has to send a code challenge (PKCE).',
  },
  9002326: {
    error: 'invalid_request',
    message: 'Only a single-page application may redeem tokens from a page.',
  },
  9002327: {
    error: 'invalid_request',
    message:
      "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.",
  },
  50194: { error: 'invalid_request', message: 'The application is not for several tenants.' },
  // The client.
  7000215: { error: 'invalid_client', message: 'An invalid client secret was provided.' },
  7000218: { error: 'invalid_client', message: 'A client secret or assertion is required.' },
  7000222: { error: 'invalid_client', message: 'The client secret has expired.' },
  700025: { error: 'invalid_client', message: 'The client is public and may not prove itself.' },
  50027: { error: 'invalid_request', message: 'The assertion is malformed.' },
  50013: { error: 'invalid_client', message: 'The assertion is not signed by its issuer.' },
  700021: { error: 'invalid_client', message: 'The assertion is from another application.' },
  700023: { error: 'invalid_client', message: 'The assertion is for another audience.' },
  700024: { error: 'invalid_client', message: 'The assertion is not within its valid time range.' },
  700027: { error: 'invalid_client', message: 'The assertion contains an invalid signature.' },
  70021: { error: 'invalid_client', message: 'No federated identity record matches.' },
  700211: { error: 'invalid_client', message: 'No federated identity record has the issuer.' },
  700212: { error: 'invalid_client', message: 'No federated identity record has the audience.' },
  700213: { error: 'invalid_client', message: 'No federated identity record has the subject.' },
  // A device's code.
  70016: { error: 'authorization_pending', message: 'The person has not signed in yet.' },
  70018: { error: 'bad_verification_code', message: 'The device code is not one of ours.' },
  70020: { error: 'expired_token', message: 'The device code has expired.' },
  // The grant.
  54005: { error: wrongGrant, message: 'The authorization code was already redeemed.' },
  70000: { error: wrongGrant, message: 'The grant is invalid or malformed.' },
  70008: { error: wrongGrant, message: 'The authorization code has expired.' },
  70043: {
    error: wrongGrant,
    message: 'The refresh token has expired by policy.',
    suberror: 'bad_token',
  },
  700005: { error: wrongGrant, message: 'The authorization code is for another tenant.' },
  700020: { error: stepUp, message: 'An interactive sign-in is needed.' },
  700082: { error: wrongGrant, message: 'The refresh token has expired due to inactivity.' },
  700084: {
    error: wrongGrant,
    message: 'The refresh token of a single-page application has expired, after its 24 hours.',
  },
  501481: { error: wrongGrant, message: 'The code verifier does not match the code challenge.' },
  50089: { error: wrongGrant, message: 'The flow token has expired.' },
  50132: { error: wrongGrant, message: 'The session was ended by a password change.' },
  50133: { error: wrongGrant, message: 'The session is not valid any more.' },
  50173: {
    error: wrongGrant,
    message: 'The grant was revoked; a fresh sign-in is needed.',
    suberror: 'bad_token',
  },
  // The user.
  16000: { error: stepUp, message: 'Several accounts are signed in; one has to be chosen.' },
  50020: { error: 'access_denied', message: 'The account does not exist in this tenant.' },
  50034: { error: 'access_denied', message: 'The account does not exist in this directory.' },
  50057: { error: wrongGrant, message: 'The user account is disabled.' },
  50058: {
    error: 'login_required',
    message: 'A silent sign-in was requested, but no user is signed in.',
  },
  50105: {
    error: 'access_denied',
    message: 'The user is not assigned to a role of the application.',
  },
  500213: { error: 'access_denied', message: 'The tenant does not allow this access.' },
  90072: { error: 'access_denied', message: 'The account has to be added to the tenant first.' },
  // Consent.
  65001: {
    error: wrongGrant,
    message: 'The user has not consented.',
    suberror: 'consent_required',
  },
  65004: { error: 'access_denied', message: 'The user declined to consent.' },
  90094: { error: 'access_denied', message: 'An administrator has to consent.' },
  90095: { error: 'access_denied', message: 'An administrator has been asked to consent.' },
  // Policies.
  50072: {
    error: stepUp,
    message: 'The user has to enrol for a second factor.',
    suberror: 'basic_action',
  },
  50074: { error: stepUp, message: 'A second factor is required.', suberror: 'basic_action' },
  50076: {
    error: stepUp,
    message: 'A second factor is required by policy.',
    suberror: 'basic_action',
  },
  50078: { error: stepUp, message: 'The second factor has expired.', suberror: 'basic_action' },
  50079: {
    error: stepUp,
    message: 'The user has to enrol for a second factor.',
    suberror: 'basic_action',
  },
  50097: { error: stepUp, message: 'A device has to be authenticated.', suberror: 'basic_action' },
  50158: {
    error: stepUp,
    message: 'An external challenge is not satisfied.',
    suberror: 'basic_action',
  },
  53000: { error: stepUp, message: 'The device does not comply.', suberror: 'message_only' },
  53001: { error: stepUp, message: 'The device is not joined.', suberror: 'message_only' },
  53003: {
    error: 'access_denied',
    message: 'A conditional access policy blocks this access.',
    suberror: 'message_only',
  },
  530032: { error: 'access_denied', message: 'A security policy blocks this access.' },
  50196: { error: wrongGrant, message: 'The same request was repeated too often: a loop.' },
  // What is disabled.
  7000112: { error: 'unauthorized_client', message: 'The application is disabled.' },
  500014: { error: 'invalid_resource', message: 'The resource is disabled.' },
  // Grant types.
  900561: {
    error: 'invalid_request',
    message: 'The endpoint only accepts POST, OPTIONS requests. Received a GET request.',
  },
  50059: {
    error: 'invalid_request',
    message: 'No tenant is named, and an application by itself belongs to one.',
  },
  9001023: {
    error: 'invalid_request',
    message:
      'The grant type is not supported over the /common or /consumers endpoints; use /organizations or the tenant.',
  },
  7000216: {
    error: 'invalid_client',
    message: 'A client secret or assertion is required for the grant type client_credentials.',
  },
  7000229: {
    error: 'invalid_client',
    message: 'The client application is missing service principal in the tenant.',
  },
  1002012: { error: 'invalid_scope', message: 'The scope has to be {resource}/.default.' },
  501051: {
    error: wrongGrant,
    message: 'The application is not assigned to a role of the other application.',
  },
  7000114: {
    error: 'unauthorized_client',
    message: 'An application may not call on behalf of an application.',
  },
  240002: {
    error: wrongGrant,
    message: 'An ID token is no assertion: it is for the client alone.',
  },
  500131: { error: wrongGrant, message: 'The assertion is for another audience.' },
  500133: { error: wrongGrant, message: 'The assertion is not within its valid time range.' },
  50053: {
    error: wrongGrant,
    message: 'The account is locked after too many sign-ins with a wrong password.',
  },
  50126: { error: wrongGrant, message: 'The user name or the password is wrong.' },
  // Entra itself.
  90006: { error: 'server_error', message: 'A dependency of the service failed.' },
  90012: { error: 'temporarily_unavailable', message: 'The request timed out inside the service.' },
  90033: { error: 'temporarily_unavailable', message: 'A transient error has occurred.' },
  50033: { error: 'temporarily_unavailable', message: 'A transient error has occurred.' },
  90055: { error: 'temporarily_unavailable', message: 'There are too many requests.' },
}
