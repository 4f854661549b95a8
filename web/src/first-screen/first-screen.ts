/**
 * Shows the title and the first lines of the opened page while the app is on its way, as the app will show them. The
 * build puts this into index.html, behind the session that the server has sent with the page; without one, the bar
 * alone is seen.
 */
import { api, pages, sessionElement, signInUrl, withoutBasePath } from '@gatehouse/contract/paths'
import type { Session, SignedIn } from '@gatehouse/contract/session'
import layout from '../layout/layout.module.css'
import { firstName } from '../pages/home/first-name.ts'
import home from '../pages/home/home.module.css'
import { microsoftMark } from '../session/microsoft-mark.ts'
import signIn from '../session/require-sign-in.module.css'
import badge from '../ui/badge.module.css'
import card from '../ui/card.module.css'
import page from '../ui/page.module.css'
import { element, vector } from './elements.ts'
import { keepScrollPosition } from './scroll-position.ts'
import type { FirstScreenTexts } from './texts.ts'

/** By language; the build declares it. */
declare const textsOfFirstScreen: Readonly<Record<string, FirstScreenTexts>>

/** A page that the browser has kept is older: its session may be over. In ms, by both clocks. */
const maxAgeMs = 60_000

const { documentElement } = document
const basePath = documentElement.dataset['basePath'] ?? ''
const { pathname, search, hash } = window.location
const path = withoutBasePath(basePath, pathname)

keepScrollPosition()

const root = document.getElementById('root')
const texts = textsOfFirstScreen[documentElement.lang] ?? textsOfFirstScreen['en']
const session = sessionSent()
const screen = session && texts && screenOf(session, texts)
if (root && screen) {
  makeRoomForTheBar(root)
  root.append(element('main', layout.main, screen))
}

function sessionSent(): Session | undefined {
  const text = document.getElementById(sessionElement)?.textContent
  const [navigation] = performance.getEntriesByType('navigation')
  if (!text || (navigation as PerformanceNavigationTiming | undefined)?.type === 'back_forward')
    return undefined
  const answers = JSON.parse(text) as Record<string, { body: Session } | undefined>
  const sent = answers[api.session]?.body
  const isNew = sent && Math.abs(Date.now() - Date.parse(sent.now)) < maxAgeMs
  // Why this browser may not see its session is for the app to say.
  return isNew && !('deviceProof' in sent) ? sent : undefined
}

function screenOf(known: Session, words: FirstScreenTexts): HTMLElement | undefined {
  if (path === pages.home) return known.signedIn ? greeting(known, words) : front(words)
  const head = path !== undefined && Object.hasOwn(words.pages, path) && words.pages[path]
  if (!head) return undefined
  if (!known.signedIn) return signInNeeded(known, words)
  const [title, lead] = head
  const header = element('header', page.head, element('h1', '', title), element('p', '', lead))
  return element('div', page.page, header)
}

/** As `SignedInHome` begins. */
function greeting({ user, localTenant }: SignedIn, words: FirstScreenTexts): HTMLElement {
  const { hello, local, other } = words.greeting
  const name = element('bdi', '', firstName(user.name))
  const status = element('p', home.status, element('span', '', localTenant ? local : other))
  status.dataset['signedIn'] = 'true'
  const title = element('h1', '', `${hello} `, name)
  return element('div', home.home, element('div', home.hello, title, status))
}

/** As `SignedOutHome` begins. */
function front(words: FirstScreenTexts): HTMLElement {
  const { status, title, lead, accounts } = words.home
  const entry = element('div', home.entry, signInButton(words), element('p', '', accounts))
  const hero = element(
    'div',
    home.hero,
    element('p', home.status, status),
    element('h1', '', title),
    element('p', home.lead, lead),
    entry,
  )
  return element('div', home.home, element('div', home.front, hero))
}

/** As `SignInNeeded`. */
function signInNeeded({ development }: Session, words: FirstScreenTexts): HTMLElement {
  const { title, text } = words.signIn
  const code = element('span', `${badge.badge} ${badge.neutral}`, '401')
  return element(
    'section',
    card.message,
    element('span', card.mark),
    element('h1', card.title, title),
    ...(development ? [code] : []),
    element('p', '', text),
    signInButton(words),
  )
}

function signInButton(words: FirstScreenTexts): HTMLElement {
  const returnTo = `${path ?? pages.home}${search}${hash}`
  const link = element('a', signIn.button, vector(microsoftMark, signIn.mark), words.signIn.button)
  link.setAttribute('href', basePath + signInUrl(returnTo))
  return link
}

/** The row of links below the bar, on a phone: nothing moves when they come. */
function makeRoomForTheBar(inside: HTMLElement): void {
  const bar = inside.querySelector('.bar-inner')
  if (layout.inner) bar?.classList.add(layout.inner)
  const row = element('ul', '', element('li', '', element('span', layout.link)))
  bar?.append(element('nav', layout.nav, row))
}
