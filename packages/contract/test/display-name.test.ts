import { describe, expect, it } from 'vitest'
import { displayName, isDisplayName } from '@gatehouse/contract/display-name'

describe('the name of a person', () => {
  it.each([
    ['Ada Lovelace', 'Ada Lovelace'],
    ['  Ada \t Lovelace ', 'Ada Lovelace'],
    ['עדה לאבלייס', 'עדה לאבלייס'],
    ['李 雷', '李 雷'],
    ['👩‍💻', '👩‍💻'],
    ['\u202Eecalevol', 'ecalevol'],
    ['Ada\u2066\u202E (admin)\u2069', 'Ada (admin)'],
    ['Ada\u0000\u200BLovelace', 'Ada Lovelace'],
  ])('is shown without characters that are not seen: %j', (name, shown) => {
    expect(displayName(name, 'ada@x.test')).toBe(shown)
  })

  it.each([
    undefined,
    null,
    '',
    ' ',
    '\u00A0',
    '\u3000',
    '\u200B',
    '\u202E',
    '\u2066\u2069',
    '\u00AD',
    '\t\n',
    '\u0301',
    '\u3164',
    '\u115F\u1160',
    '\uFFA0 \u2800',
  ])('is the user name if there is nothing to see: %j', (name) => {
    expect(displayName(name, 'ada@x.test')).toBe('ada@x.test')
    expect(displayName(name, name)).toBe('Signed-in user')
  })
})

describe('a text', () => {
  it.each(['Order service', 'Заказы', '注文', 'Büro 1 & 2'])(
    'is a name as it is shown: %j',
    (name) => {
      expect(isDisplayName(name)).toBe(true)
    },
  )

  it.each([
    '',
    ' ',
    ' Orders',
    'Orders ',
    'Order  service',
    'Order\tservice',
    '\u202EsredrO',
    'Or\u200Bders',
  ])('is no name as it is shown: %j', (name) => {
    expect(isDisplayName(name)).toBe(false)
  })
})
