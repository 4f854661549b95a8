/** One file for the browser to fetch. */
export { DeveloperCards } from './developer-cards.tsx'
export { TenantPill } from './tenant-pill.tsx'
