/** Chromium, for clients that run in a page. */

import { createHash, X509Certificate } from 'node:crypto'
import { chromium, type Browser, type Page } from 'playwright-core'
import type { TenantUser } from '../../packages/tenant/src/testing/index.ts'
import { microsoftHosts } from '../drop-in.ts'
import { requireChromium } from '../programs.ts'
import type { TlsTenant } from '../tls-tenant.ts'

/** @throws Error with what to install */
export function launchChromium({ certificates, port }: TlsTenant): Promise<Browser> {
  const map = microsoftHosts.map((host) => `MAP ${host}:443 127.0.0.1:${port}`)
  const rules = [...map, 'MAP * ~NOTFOUND', 'EXCLUDE localhost', 'EXCLUDE 127.0.0.1']
  const { publicKey } = new X509Certificate(certificates.certificate)
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const trusted = createHash('sha256').update(spki).digest('base64')
  return chromium.launch({
    executablePath: requireChromium(),
    args: [
      '--no-sandbox',
      `--host-resolver-rules=${rules.join(', ')}`,
      `--ignore-certificate-errors-spki-list=${trusted}`,
    ],
  })
}

/** Signs in on the tenant's pages, to which the application has sent the browser, and accepts what it asks for. */
export async function signInOnPage(page: Page, user: TenantUser): Promise<void> {
  await page.locator('input[name="q"]').fill(user.userPrincipalName)
  await page.keyboard.press('Enter')
  const accept = page.locator('button[name="accept"]')
  await accept.click()
}
