/**
 * What a language consists of: every section that the pages declare with `translated`, with the same texts. A page of
 * your own adds its line here; the compiler then names what each language lacks.
 */
import type * as connectionWords from '../api/connection/words.ts'
import type * as apiDeviceProofWords from '../api/device-proof-words.ts'
import type * as apiWords from '../api/words.ts'
import type * as developmentWords from '../development/words.ts'
import type * as formWords from '../form/words.ts'
import type * as layoutCrashWords from '../layout/crash-words.ts'
import type * as layoutWords from '../layout/words.ts'
import type * as pageWords from '../page-words.ts'
import type * as claimsExplanationWords from '../pages/claims/explanation-words.ts'
import type * as claimsWords from '../pages/claims/words.ts'
import type * as doctorWords from '../pages/doctor/words.ts'
import type * as homeHowWords from '../pages/home/how-words.ts'
import type * as homeSignedInWords from '../pages/home/signed-in-words.ts'
import type * as homeSignedOutWords from '../pages/home/signed-out-words.ts'
import type * as homeTryItWords from '../pages/home/try-it-words.ts'
import type * as homeWords from '../pages/home/words.ts'
import type * as notFoundWords from '../pages/not-found/words.ts'
import type * as sessionsWords from '../pages/sessions/words.ts'
import type * as signInProblemWords from '../pages/sign-in-problem/words.ts'
import type * as usersRefusedWords from '../pages/users/refused-words.ts'
import type * as usersWords from '../pages/users/words.ts'
import type * as deviceProofWords from '../session/device-proof-words.ts'
import type * as sessionWords from '../session/words.ts'
import type * as uiWords from '../ui/words.ts'

/** The texts of index.html, which has the English ones. */
type DocumentWords = {
  /** A browser without what the pages are made of. */
  outdated: string
  /** A page whose code did not come. */
  incomplete: string
  /** A browser that runs no scripts. */
  noScript: string
}

export type Catalogue = {
  document: DocumentWords
  permissions: Record<string, string>
  connection: typeof connectionWords.words
  errorActions: typeof apiWords.actions
  waiting: typeof apiWords.waiting
  errorDetails: typeof apiWords.details
  failures: typeof apiWords.failures
  apiFailures: typeof apiWords.apiFailures
  consent: typeof apiWords.consent
  deviceProofFailure: typeof apiDeviceProofWords.words
  localTenant: typeof developmentWords.pillWords
  getStarted: typeof developmentWords.startWords
  steps: typeof developmentWords.stepWords
  forDevelopers: typeof developmentWords.panelWords
  form: typeof formWords.words
  crash: typeof layoutCrashWords.words
  frame: typeof layoutWords.words
  account: typeof layoutWords.accountWords
  theme: typeof layoutWords.themeWords
  titles: typeof pageWords.titleWords
  claimMeanings: typeof claimsExplanationWords.words
  claims: typeof claimsWords.words
  doctor: typeof doctorWords.words
  doctorChecks: typeof doctorWords.checkWords
  doctorOwners: typeof doctorWords.whoWords
  addressBar: typeof doctorWords.addressWords
  howItWorks: typeof homeHowWords.howWords
  homeSignedIn: typeof homeSignedInWords.signedInWords
  signedOut: typeof homeSignedOutWords.signedOutWords
  tryIt: typeof homeTryItWords.tryItWords
  home: typeof homeWords.words
  noTokens: typeof homeWords.noTokensWords
  places: typeof homeWords.placeWords
  notFound: typeof notFoundWords.words
  sessions: typeof sessionsWords.words
  signInProblems: typeof signInProblemWords.problems
  problemOwners: typeof signInProblemWords.owners
  problemActions: typeof signInProblemWords.actions
  problemSignedIn: typeof signInProblemWords.signedIn
  problemDevelopment: typeof signInProblemWords.development
  problemDetails: typeof signInProblemWords.details
  usersRefused: typeof usersRefusedWords.words
  users: typeof usersWords.words
  signInNeeded: typeof sessionWords.signInNeeded
  deviceProof: typeof deviceProofWords.deviceProof
  sessionToast: typeof sessionWords.toast
  sessionCheck: typeof sessionWords.check
  sessionEnd: typeof sessionWords.end
  ui: typeof uiWords.words
}
