/** `npm run screenshots`: every page in both themes and two widths, and the README's picture. */
import { defineConfig } from '@playwright/test'
import base from './playwright.config.ts'

export default defineConfig(base, { testMatch: 'screenshots.ts', reporter: 'list' })
