import type { World } from '../../world.ts'

/** Where a sign-in that was begun on another device ends: at the tenant itself. */
export function deviceRedirectUri(world: World): string {
  return `${world.origin}/devicelogin/done`
}
