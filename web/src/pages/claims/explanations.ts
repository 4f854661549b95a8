/** What the claims of an Entra ID token mean, in our own words. Source: "ID token claims reference", Microsoft Learn. */
import { aboutTheToken } from './about-the-token.ts'
import { aboutYou } from './about-you.ts'
import type { Explanation } from './explanation.ts'

export const explanations: Record<string, Explanation> = { ...aboutYou, ...aboutTheToken }
