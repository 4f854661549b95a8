/** The table of AADSTS errors: what each means for the person, and what the operator can do. */

/** The causes that the sign-in problem page can show, as in its `code` parameter. */
export type SignInProblemCode =
  | 'expired'
  | 'cookies_blocked'
  | 'cancelled'
  | 'step_up'
  | 'password'
  | 'denied'
  | 'consent_required'
  | 'admin_consent_required'
  | 'not_assigned'
  | 'other_organisation'
  | 'misconfigured'
  | 'unavailable'
  | 'unreachable'
  | 'not_verified'
  | 'failed'

/** Who can mend it: the user, an administrator of their tenant, the developer of the app, or Microsoft. */
export type Mender = 'user' | 'administrator' | 'developer' | 'microsoft'

/** What to do about an error: the sentence, the setting, and the page of the Entra admin center. */
export interface Remedy {
  /** The sentence to act on. */
  fix: string
  /** The key of aad.config.json, or the variable. */
  setting?: string
  /** The path to the page in the admin center (entra.microsoft.com); the sign-in logs by default. */
  portal?: string
  /** Without one, the cause says who; see `menders` in `aadsts.ts`. */
  who?: Mender
}

/** AADSTS errors with the same meaning. */
interface Meaning extends Remedy {
  numbers: readonly number[]
  cause: SignInProblemCode
  /** Entra rejects the app's own credential, for every user. */
  refusesClient?: true
}

const registration = 'Applications > App registrations > (the app)'
const enterprise = 'Applications > Enterprise applications > (the app)'
const secrets = `${registration} > Certificates & secrets`
const permissions = `${registration} > API permissions`
const authentication = `${registration} > Authentication`
const overview = `${registration} > Overview`
const tenantOverview = 'Identity > Overview'
export const signInLogs = 'Monitoring & health > Sign-in logs'
const credential = 'clientSecret or credentials'

/**
 * Every AADSTS error that Microsoft's published list names, and some that it leaves out. For other numbers
 * the OAuth error decides. Numbers are for words alone; what becomes of a session is decided by the OAuth
 * error, see `interactionFor`.
 *
 * https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
export const meanings: readonly Meaning[] = [
  {
    numbers: [
      70008, 70000, 54005, 501481, 700005, 50089, 50132, 50133, 50173, 70043, 700082, 700084,
      700020, 50058, 50085, 50139, 16002, 160021, 50143, 50197, 51006, 70019, 90086, 90119, 90120,
      70016, 70018, 900561, 140001,
    ],
    cause: 'expired',
    fix: 'Nothing to set: the user signs in again.',
  },
  {
    numbers: [
      16001, 50168, 50140, 50199, 50136, 1000002, 50180, 81004, 81005, 81006, 81007, 81009, 81010,
      81011, 81012,
    ],
    cause: 'expired',
    fix: 'Nothing to set: Microsoft interrupted the sign-in, and the user signs in again.',
  },
  {
    numbers: [65004],
    cause: 'cancelled',
    fix: 'Nothing to set: the user did not agree to the permissions.',
  },
  {
    numbers: [50076, 50079, 50072, 50074, 50078, 50158, 50097, 53004, 50125, 9002341, 50161],
    cause: 'step_up',
    fix: 'Nothing to set: the user goes to Microsoft for another factor (Conditional Access).',
    portal: 'Protection > Conditional Access',
  },
  {
    numbers: [
      50055, 50144, 50056, 50064, 50126, 50135, 120000, 120002, 120003, 120004, 120005, 120008,
      120011, 120012, 120013, 120016, 120018, 120020, 120021,
    ],
    cause: 'password',
    fix: 'The user changes their password, or an administrator resets it.',
    portal: 'Users > All users > (the user) > Reset password',
  },
  {
    numbers: [120014, 120015, 80012],
    cause: 'denied',
    fix: 'The user’s account on premises is locked, disabled, or outside of its hours.',
    portal: 'Users > All users',
  },
  {
    numbers: [65001, 90008, 52004],
    cause: 'consent_required',
    fix: 'The user, or an administrator of the tenant, has to consent to the permissions of the app.',
    setting: 'scopes',
    portal: permissions,
  },
  {
    numbers: [90094, 90095, 90093, 90099],
    cause: 'admin_consent_required',
    fix: 'An administrator of the tenant has to consent to the permissions of the app.',
    setting: 'scopes',
    portal: permissions,
  },
  {
    numbers: [50105],
    cause: 'not_assigned',
    fix: 'Assign the user, or a group with the user, to the app, or switch "Assignment required" off.',
    portal: `${enterprise} > Users and groups`,
  },
  {
    numbers: [
      53000, 53001, 53002, 530003, 50005, 50127, 50129, 50131, 50155, 50187, 50192, 130004, 130005,
      130006, 130007, 130008, 135010, 135011, 220450, 240001, 221000, 17003, 50032,
    ],
    cause: 'denied',
    fix: 'Conditional Access wants a device that the organisation manages: find which policy, or enrol the device.',
  },
  {
    numbers: [
      53003, 530032, 530034, 530035, 53010, 53011, 50002, 90123, 50177, 50178, 50170, 50166,
    ],
    cause: 'denied',
    fix: 'A Conditional Access policy, a rule about risk, or a claims provider stopped this user; find which one.',
  },
  {
    numbers: [50053],
    cause: 'denied',
    fix: 'The account is locked after wrong passwords, or its network address is blocked.',
  },
  {
    numbers: [50057],
    cause: 'denied',
    fix: 'The user’s account is disabled.',
    portal: 'Users > All users',
  },
  {
    numbers: [54000, 50015],
    cause: 'denied',
    fix: 'The user’s age group needs consent of a parent.',
    portal: 'Users > All users',
  },
  {
    numbers: [1000031, 70001, 7000112],
    cause: 'misconfigured',
    who: 'administrator',
    fix: 'The app is disabled in this tenant: enable it for users to sign in.',
    setting: 'clientId',
    portal: `${enterprise} > Properties`,
  },
  {
    numbers: [
      50020, 50034, 16000, 16003, 90072, 50014, 51004, 90125, 90126, 90084, 1000000, 500208,
    ],
    cause: 'other_organisation',
    fix: 'The user belongs to another tenant; invite them, or let their tenant in.',
    setting: 'tenant and allowedTenants',
    portal: 'External Identities > External collaboration settings',
  },
  {
    numbers: [500200, 9002332, 90027],
    cause: 'other_organisation',
    fix: 'Nothing to set: personal Microsoft accounts cannot sign in here.',
    setting: 'tenant',
  },
  {
    numbers: [500021, 500022, 500212, 500213, 1000104],
    cause: 'denied',
    fix: 'Tenant restrictions of the user’s own network or tenant stopped them.',
    portal: 'External Identities > Cross-tenant access settings',
  },
  {
    numbers: [700016, 700011],
    cause: 'misconfigured',
    fix: 'This tenant has no app with this id: compare both with the Overview page.',
    setting: 'clientId and tenant',
    portal: overview,
  },
  {
    numbers: [500011, 50001, 650052, 650054],
    cause: 'misconfigured',
    fix: 'The tenant does not know an API that is asked for: compare the names of the scopes.',
    setting: 'scopes and downstreamApis',
    portal: permissions,
  },
  {
    numbers: [500014],
    cause: 'misconfigured',
    who: 'administrator',
    fix: 'The API that is asked for is disabled in this tenant: enable its enterprise application, or its subscription.',
    setting: 'scopes and downstreamApis',
    portal: 'Applications > Enterprise applications > (the API) > Properties',
  },
  {
    numbers: [50011, 500112, 70004, 900971, 90102],
    cause: 'misconfigured',
    fix: 'Register publicUrl followed by /auth/redirect as a redirect URI of type Web.',
    setting: 'publicUrl',
    portal: authentication,
  },
  {
    numbers: [9002327, 9002326],
    cause: 'misconfigured',
    fix: 'The redirect URI is registered for a single-page application: remove it there, and register it for the platform Web.',
    setting: 'publicUrl',
    portal: authentication,
  },
  {
    numbers: [7000215, 70002],
    cause: 'misconfigured',
    fix: 'The secret is wrong: use its Value, not its Secret ID, or issue a new one.',
    setting: credential,
    portal: secrets,
    refusesClient: true,
  },
  {
    numbers: [7000222],
    cause: 'misconfigured',
    fix: 'The secret has expired: issue a new one.',
    setting: credential,
    portal: secrets,
    refusesClient: true,
  },
  {
    numbers: [7000218],
    cause: 'misconfigured',
    fix: 'No credential arrived: the redirect URI must be of type Web, not single-page or mobile.',
    setting: credential,
    portal: authentication,
    refusesClient: true,
  },
  {
    numbers: [700025],
    cause: 'misconfigured',
    fix: 'The registration is for a public client, which has no credential: register the redirect URI for the platform Web, and switch "Allow public client flows" off.',
    setting: credential,
    portal: authentication,
    refusesClient: true,
  },
  {
    numbers: [700027, 50027, 700030, 50012, 50013, 50048],
    cause: 'misconfigured',
    fix: 'The certificate is not that of the registration, or has expired: upload this one there.',
    setting: 'credentials (certificate)',
    portal: secrets,
    refusesClient: true,
  },
  {
    numbers: [700024, 500133],
    cause: 'misconfigured',
    fix: 'The assertion has expired, or this server’s clock is wrong (NTP).',
    setting: 'credentials',
    portal: secrets,
    refusesClient: true,
  },
  {
    numbers: [70021, 700211, 700212, 700213, 700223, 700229],
    cause: 'misconfigured',
    fix: 'The federated credential of the registration does not describe this token. Compare issuer, subject and audience.',
    setting: 'credentials (assertionFile, managedIdentity)',
    portal: `${secrets} > Federated credentials`,
    refusesClient: true,
  },
  {
    numbers: [70011, 650053, 28002, 28003, 700022, 700023, 901002],
    cause: 'misconfigured',
    fix: 'A scope is misspelt, or belongs to another API than the rest.',
    setting: 'scopes and downstreamApis',
    portal: permissions,
  },
  {
    numbers: [90009],
    cause: 'misconfigured',
    fix: 'The app asks for a token for itself: name the scope by the client id (a GUID), not by the app’s address.',
    setting: 'scopes and downstreamApis',
    portal: `${registration} > Expose an API`,
  },
  {
    numbers: [50194, 90124, 90130, 9001023],
    cause: 'misconfigured',
    fix: 'The app is registered for one tenant: use the tenant’s id, or make it multitenant.',
    setting: 'tenant',
    portal: authentication,
  },
  {
    numbers: [
      90002, 50049, 50050, 50059, 50128, 90019, 90038, 90043, 90051, 900382, 900432, 50169, 50107,
    ],
    cause: 'misconfigured',
    fix: 'There is no such tenant in this cloud: compare the id, and the cloud of authority.',
    setting: 'tenant and authority',
    portal: tenantOverview,
  },
  {
    numbers: [650056, 650057, 65005, 65002, 7000114],
    cause: 'misconfigured',
    fix: 'The registration lacks a permission that the app asks for: add it, and consent to it.',
    setting: 'scopes',
    portal: permissions,
  },
  {
    numbers: [
      9002313, 900144, 90014, 90004, 90005, 90007, 90013, 90015, 90016, 90022, 90023, 90056, 90100,
      90101, 90117, 90121, 165004, 165900, 50029, 50147, 501491, 90010,
    ],
    cause: 'misconfigured',
    fix: 'Entra could not read the request: compare every key with the registration, and look for a proxy that changes requests.',
    setting: 'tenant, clientId and authority',
    portal: overview,
  },
  {
    numbers: [1002016],
    cause: 'misconfigured',
    fix: 'The connection to Microsoft uses TLS 1.0 or 1.1: this server, or a proxy in between, has to offer TLS 1.2.',
    setting: 'HTTPS_PROXY',
  },
  {
    numbers: [
      70003, 70005, 700054, 70007, 51000, 50134, 67003, 140000, 240002, 900384, 50006, 50099, 50120,
    ],
    cause: 'misconfigured',
    fix: 'The registration does not allow this kind of sign-in: it has to be a web app with the authorization code flow.',
    setting: 'clientId',
    portal: authentication,
  },
  {
    numbers: [
      50003, 50007, 50010, 50042, 50043, 50124, 501241, 501461, 50146, 501621, 90107, 90114,
    ],
    cause: 'misconfigured',
    who: 'administrator',
    fix: 'The claims or signing keys of the enterprise application are set up wrongly.',
    setting: 'clientId',
    portal: `${enterprise} > Single sign-on`,
  },
  {
    numbers: [
      20001, 20012, 20033, 40008, 40009, 40010, 40015, 50008, 5000819, 50017, 90020, 90081, 90082,
      90085, 90087, 220501, 75001, 75003, 75005, 75008, 75011, 75016, 76021, 76026, 750054, 7500514,
      7500529, 900236, 51001,
    ],
    cause: 'failed',
    who: 'administrator',
    fix: 'The organisation’s own identity provider gave no usable answer: its operator has to look.',
    portal: 'External Identities > All identity providers',
  },
  {
    numbers: [50061, 50068, 50070, 50071],
    cause: 'failed',
    who: 'user',
    fix: 'Nothing to set: a sign-out came too late, or from another app.',
  },
  {
    numbers: [80001, 80002, 80005, 80007, 80010, 80013, 80014],
    cause: 'unavailable',
    who: 'administrator',
    fix: 'The organisation’s servers that check passwords do not answer Microsoft.',
    portal: 'Identity > Hybrid management > Microsoft Entra Connect',
  },
  {
    numbers: [
      90033, 50033, 90006, 90012, 90055, 50000, 50086, 50087, 50088, 51005, 70012, 90024, 90036,
      90090, 90091, 90092, 230109, 100007,
    ],
    cause: 'unavailable',
    fix: 'Nothing to set: Microsoft is busy or down, and the user tries again later.',
    portal: 'Monitoring & health > Service health',
  },
  {
    // No cause whose page leads back into the loop.
    numbers: [50196],
    cause: 'failed',
    who: 'developer',
    fix: 'Entra noticed a loop of sign-ins: look for what sends this browser back each time.',
  },
]
