/** What the home page fetches after its first lines, as one file. */
export { HowItWorks } from './how-it-works.tsx'
export { SignedInHome } from './signed-in.tsx'
