/** Where the generated users' names come from: several languages and scripts, mostly Latin, as in a large company. */

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

export const english = en

/** One of these is drawn for each user; a repeated language is drawn more often. */
export const locales = [
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

export function displayName(
  language: string,
  familyFirst: boolean,
  givenName: string,
  surname: string,
): string {
  const parts = familyFirst ? [surname, givenName] : [givenName, surname]
  return parts.join(unspaced.has(language) ? '' : ' ')
}
