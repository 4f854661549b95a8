/**
 * Every text of the pages of sign-in, consent and sign-out, and what all pages share. The texts of the control page are
 * in `control/words.ts`. A translation replaces these two files. British spelling; Microsoft's products are spelled as
 * Microsoft spells them, and texts that imitate Entra, such as AADSTS messages, are in `entra/`.
 *
 * A `<` in a text is shown as it is: pages escape their texts.
 */

export const words = {
  /** The language of the pages (BCP 47). */
  language: 'en-GB',
  brand: 'Local tenant',
  title: (page: string) => `${page} · Local tenant`,
  footer: 'Local tenant · test data only',
  controlPage: 'Control page',
  cancel: 'Cancel',
  closeWindow: 'You can close this window.',
  continue: 'Continue',

  person: {
    /** In place of a name without a visible character. */
    unnamed: '(no name)',
    admin: 'Admin',
    guest: 'Guest',
    disabled: 'Disabled',
  },

  /** Who has a role that the app defines. */
  role: (role: string) => `Role ${role}`,

  /** What a test account is good for. */
  purposes: {
    reader: 'Role Directory.Reader',
    auditor: 'Role Directory.Auditor',
    admin: 'Administrator',
    guest: 'Guest',
    disabled: 'Disabled account',
    noMail: 'No e-mail address',
    manyGroups: '200 groups',
    tooManyGroups: '240 groups',
    noPhoto: 'No photo',
    rightToLeft: 'Right-to-left name',
    noSpaces: 'Name without spaces',
  },

  signIn: {
    title: 'Sign in',
    continueTo: (app: string) => `to continue to ${app}`,
    search: 'Search or type a user name',
    next: 'Next',
    accounts: 'Test accounts. Choose one to sign in; there are no passwords.',
    special: 'Accounts for special cases',
    specialHint: 'Guest, disabled account, 240 groups …',
    nobody: (text: string) => `No one matches “${text}”.`,
  },

  pick: {
    title: 'Pick an account',
    other: 'Use another account',
  },

  stepUp: {
    title: 'Confirm it’s you',
    why: (app: string) => `${app} is opening something that needs stronger proof of who you are.`,
    note: 'One click stands in for your second factor. Authentication context:',
    confirm: 'Yes, it’s me',
  },

  consent: {
    title: 'Permissions requested',
    wants: (app: string) => `${app} would like to:`,
    trust: (app: string) => `Accept only if you trust ${app}.`,
    test: 'This is a test tenant; nothing real is shared.',
    accept: 'Accept',
    otherApi: 'Use another API of your organisation',
    /** Before the name of a permission of Graph that has no words below. */
    ofGraph: 'Use Microsoft Graph with the permission',
  },

  adminConsent: {
    title: 'Approve for your organisation',
    wants: (app: string) => `${app} would like to do this for everyone in your organisation:`,
    approveAs: 'After you approve, no one else has to consent. Approve as:',
  },

  needApproval: {
    title: 'Need admin approval',
    why: (app: string) => `${app} needs permissions that only an administrator can grant:`,
    asAdmin: 'Sign in as an administrator',
    back: 'Return without granting consent',
  },

  signedOut: {
    title: 'You are signed out',
    nobody: 'No account is signed in to this browser any more.',
    /** After the name of the user. */
    ended: 'is signed out of this browser.',
    frame: 'Sign-out',
    pickTitle: 'Pick an account to sign out',
    others: 'The others stay signed in.',
  },

  device: {
    enterCode: 'Enter code',
    where: 'Your device or command shows it. Never enter a code that someone sent you.',
    code: 'Code',
    wrongCode: 'That code did not work. Check it and try again.',
    signedIn: 'You are signed in',
    notSignedIn: 'You are not signed in',
    approved: (app: string) => `${app} now has access on your device.`,
    refused: (app: string, problem: string) => `${app} will be told: ${problem}`,
  },

  oneMoment: {
    title: 'One moment',
    returning: 'Taking you back to the application.',
  },

  error: {
    title: 'Sign-in failed',
    who: 'The app’s developer can fix this.',
    traceId: 'Trace ID',
    correlationId: 'Correlation ID',
    timestamp: 'Timestamp',
    back: 'Back to the app',
    reference: 'Microsoft’s list of errors',
  },

  notFound: {
    title: 'Page not found',
    text: 'The local tenant has no page at this address.',
  },

  /** Permissions, as the consent pages describe them; for others they show the name. */
  scopes: {
    openid: 'Sign you in',
    profile: 'See your name and user name',
    email: 'See your e-mail address',
    offline_access: 'Keep access when you’re not using the app',
    'User.Read': 'Read your profile',
    'User.ReadWrite': 'Read and change your profile',
    'User.ReadBasic.All':
      'Read the name, e-mail address and photo of everyone in your organisation',
    'User.Read.All': 'Read the full profile of everyone in your organisation',
    'Directory.Read.All': 'Read everything in the directory',
    'Directory.ReadWrite.All': 'Read and change everything in the directory',
    'Application.Read.All': 'Read all applications',
    'Application.ReadWrite.All': 'Read and change all applications',
    'DelegatedPermissionGrant.ReadWrite.All': 'Change which permissions applications have',
    'Organization.Read.All': 'Read information about your organisation',
    'Group.Read.All': 'Read all groups',
    'GroupMember.Read.All': 'Read who belongs to which group',
    'People.Read': 'See the people who matter to you',
    'Presence.Read': 'See whether you are available',
    'Mail.Read': 'Read your mail',
    'Mail.Send': 'Send mail as you',
    'Calendars.Read': 'Read your calendars',
    'Calendars.ReadWrite': 'Read and change your calendars',
    'Contacts.Read': 'Read your contacts',
    'Files.Read': 'Read your files',
    'Tasks.Read': 'Read your tasks',
  } as Readonly<Record<string, string>>,
}
