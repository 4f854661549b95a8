/** Generates users from a fixed seed: the same count gives the same users on every machine. */

import { createHash } from 'node:crypto'
import { faker as ar } from '@faker-js/faker/locale/ar'
import { faker as de } from '@faker-js/faker/locale/de'
import { faker as el } from '@faker-js/faker/locale/el'
import { faker as en } from '@faker-js/faker/locale/en'
import { faker as es } from '@faker-js/faker/locale/es'
import { faker as fr } from '@faker-js/faker/locale/fr'
import { faker as he } from '@faker-js/faker/locale/he'
import { faker as ja } from '@faker-js/faker/locale/ja'
import { faker as ko } from '@faker-js/faker/locale/ko'
import { faker as pl } from '@faker-js/faker/locale/pl'
import { faker as tr } from '@faker-js/faker/locale/tr'
import { faker as uk } from '@faker-js/faker/locale/uk'
import { faker as vi } from '@faker-js/faker/locale/vi'
import { faker as zh } from '@faker-js/faker/locale/zh_CN'
import { createBoundedMap } from '../bounded-map.ts'
import type { TenantUser } from './user.ts'

const english = en

/**
 * The languages of the names: several scripts, mostly Latin, as in a large company. One is drawn for each user; a repeated
 * language is drawn more often.
 */
const locales = [
  { faker: en, language: 'en-GB', familyFirst: false },
  { faker: en, language: 'en-US', familyFirst: false },
  { faker: en, language: 'en-US', familyFirst: false },
  { faker: de, language: 'de-DE', familyFirst: false },
  { faker: fr, language: 'fr-FR', familyFirst: false },
  { faker: es, language: 'es-ES', familyFirst: false },
  { faker: pl, language: 'pl-PL', familyFirst: false },
  { faker: tr, language: 'tr-TR', familyFirst: false },
  { faker: vi, language: 'vi-VN', familyFirst: true },
  { faker: ja, language: 'ja-JP', familyFirst: true },
  { faker: zh, language: 'zh-CN', familyFirst: true },
  { faker: ko, language: 'ko-KR', familyFirst: true },
  { faker: el, language: 'el-GR', familyFirst: false },
  { faker: uk, language: 'uk-UA', familyFirst: false },
  { faker: ar, language: 'ar-SA', familyFirst: false },
  { faker: he, language: 'he-IL', familyFirst: false },
] as const

const unspaced = new Set(['ja-JP', 'zh-CN', 'ko-KR'])

function displayName(
  language: string,
  familyFirst: boolean,
  givenName: string,
  surname: string,
): string {
  const parts = familyFirst ? [surname, givenName] : [givenName, surname]
  return parts.join(unspaced.has(language) ? '' : ' ')
}

export const userDomain = 'local-tenant.example'

const defaultSeed = 20_261
/** Bounded, because a running tenant may be resized often. */
const cache = createBoundedMap<readonly TenantUser[]>(4)
/** By seed. */
const longest = createBoundedMap<readonly TenantUser[]>(4)

/**
 * @param count 1 to 100 000; users keep their place and their data when the count changes
 * @param seed another one gives other users with other ids. The first twelve keep their names, which documents use.
 */
export function generateUsers(count: number, seed?: number | string): readonly TenantUser[] {
  const name = seed === undefined ? '' : String(seed)
  const known = cache.get(`${name} ${count}`)
  if (known) return known
  let all = longest.get(name) ?? []
  if (count > all.length) all = generate(count, name)
  longest.set(name, all)
  const users = all.slice(0, count)
  cache.set(`${name} ${count}`, users)
  return users
}

function generate(count: number, name: string): readonly TenantUser[] {
  const seed = name === '' ? defaultSeed : parseInt(guid(`seed ${name}`).slice(0, 8), 16)
  for (const { faker } of locales) faker.seed(seed)
  english.seed(seed)
  const taken = new Set<string>()
  const suffix = name === '' ? '' : ` ${name}`
  return Array.from({ length: count }, (_, index) => generateUser(index, taken, suffix))
}

/** @param suffix of the seed, for ids */
function generateUser(index: number, taken: Set<string>, suffix: string): TenantUser {
  const draw = english.number.int({ max: 2 ** 31 - 1 })
  // Drawn in any case, so that the others keep their names.
  const drawn = drawPerson(draw)
  const person = firstPeople[index] ?? drawn
  const userName = uniqueUserName(person.givenName, person.surname, index, taken)
  const userPrincipalName = `${userName}@${userDomain}`
  const id = guid(`user ${index}${suffix}`)
  const user: TenantUser = {
    id: index < firstPeople.length ? withPhoto(id) : id,
    ...person,
    mail: draw % 40 === 3 ? null : userPrincipalName,
    userPrincipalName,
    ...workplace(draw),
    accountEnabled: true,
    userType: 'Member',
    roles: [],
    isAdmin: false,
    groups: groupsUpTo(draw % 6),
  }
  return { ...user, ...exceptions.get(index)?.(user) }
}

/**
 * The people whom the tenant offers first. A machine without fonts for other scripts can draw their names, and
 * all of them have photos.
 */
const firstPeople = [
  named('Nora', 'Hill', 'en-GB'),
  named('Daniel', 'Okafor', 'en-GB'),
  named('Lidia', 'Nowaczyk', 'pl-PL'),
  named('Tomás', 'Aranda', 'es-ES'),
  named('Jonas', 'Brandt', 'de-DE'),
  named('Emre', 'Yilmaz', 'tr-TR'),
  named('Agnès', 'Berger', 'fr-FR'),
  named('Grace', 'Mitchell', 'en-US'),
  named('Alicja', 'Madej', 'pl-PL'),
  named('Samuel', 'Reyes', 'en-US'),
  named('Clara', 'Lindner', 'de-DE'),
  named('Luz', 'Negrete', 'es-ES'),
]

function named(givenName: string, surname: string, preferredLanguage: string) {
  return { displayName: `${givenName} ${surname}`, givenName, surname, preferredLanguage }
}

/** Far from the front: tests sign in the users of the first places. */
const disabledPlace = 199

/** Special users, by place. All but one are near the front, so that every tenant has them. */
const exceptions = new Map<number, (user: TenantUser) => Partial<TenantUser>>([
  [0, () => ({ roles: ['Directory.Reader'] })],
  [1, () => ({ roles: ['Directory.Reader', 'Directory.Auditor'], isAdmin: true })],
  [2, () => ({ roles: ['Directory.Auditor'] })],
  [8, guest],
  [10, () => ({ groups: groupsUpTo(200) })],
  [11, () => ({ groups: groupsUpTo(240) })],
  [12, () => ({ mail: null, jobTitle: null, givenName: null, surname: null })],
  [disabledPlace, () => ({ accountEnabled: false })],
])

function guest(user: TenantUser): Partial<TenantUser> {
  const userName = user.userPrincipalName.split('@')[0] ?? 'guest'
  return {
    userType: 'Guest',
    mail: `${userName}@partner.example`,
    userPrincipalName: `${userName}_partner.example#EXT#@${userDomain}`,
  }
}

function drawPerson(draw: number) {
  const { faker, language, familyFirst } = locales[draw % locales.length] ?? locales[0]
  const givenName = faker.person.firstName()
  const surname = faker.person.lastName()
  return {
    displayName: displayName(language, familyFirst, givenName, surname),
    givenName,
    surname,
    preferredLanguage: language,
  }
}

function workplace(draw: number) {
  return {
    jobTitle: pick(jobTitles, draw >>> 3),
    department: pick(departments, draw >>> 7),
    officeLocation: `${pick(['North', 'South', 'East', 'West'], draw >>> 11)}/${100 + (draw % 300)}`,
    mobilePhone: null,
    // The number range that is set aside for fiction: 555-0100 to 555-0199.
    businessPhones: [`+1 206 555 01${String(draw % 100).padStart(2, '0')}`],
  }
}

const jobTitles = ['Engineer', 'Designer', 'Accountant', 'Analyst', 'Team lead', 'Buyer', 'Planner']
const departments = ['Engineering', 'Design', 'Finance', 'Operations', 'Sales', 'Purchasing']

function pick(list: readonly string[], draw: number): string {
  return list[draw % list.length] ?? ''
}

/** `given.surname`, a number behind it when it is taken; names of other scripts get a staff number instead. */
function uniqueUserName(given: string, surname: string, index: number, taken: Set<string>): string {
  const plain = `${asciiName(given)}.${asciiName(surname)}`
  const latin = plain.length >= 5 && !plain.startsWith('.') && !plain.endsWith('.')
  let userName = latin ? plain : `staff${String(10_000 + index)}`
  if (taken.has(userName)) userName = `${userName}${index}`
  taken.add(userName)
  return userName
}

const unfolded: Record<string, string> = {
  ß: 'ss',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ı: 'i',
  æ: 'ae',
  œ: 'oe',
}

function asciiName(name: string): string {
  const folded = name.toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '')
  return folded.replace(/[ßøłđıæœ]/g, (letter) => unfolded[letter] ?? '').replace(/[^a-z]/g, '')
}

function groupsUpTo(count: number): string[] {
  return Array.from({ length: count }, (_, index) => groupId(index))
}

/** @param salt makes it that of a further tenant */
export function groupId(place: number, salt = ''): string {
  return guid(`group ${place}${salt}`)
}

/** A user has a photo if the id ends with an even digit. */
function withPhoto(id: string): string {
  const last = parseInt(id.slice(-1), 16)
  return id.slice(0, -1) + (last - (last % 2)).toString(16)
}

/** A GUID of version 4's form that is always the same for the same name. */
export function guid(name: string): string {
  const hex = createHash('sha256').update(`gatehouse tenant ${name}`).digest('hex')
  const variant = '89ab'[parseInt(hex[16] ?? '0', 16) % 4]
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant ?? '8'}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}
