import { beforeEach, describe, expect, it, vi } from 'vitest'

import { speak } from '@/words'

import { known } from './directory'
import { pathWords, valueLines, valueWords } from './naming'

// The words and the client look at the page they are loaded by; here there is none.
vi.hoisted(async () => {
  await import('vue') // it takes the page as it is when it is loaded
  vi.stubGlobal('navigator', { language: 'ru' })
  vi.stubGlobal('location', { href: 'http://ui.example/', search: '' })
  vi.stubGlobal('document', { querySelector: () => null, getElementById: () => null, documentElement: {} })
})

const stage = (code: string, name: string) => ({ code, name, closed: false })
beforeEach(() => {
  speak('ru')
  known.directory = {
    mode: 'classic', users: [{ id: 7, name: 'Анна', active: true }], lead_stages: [stage('NEW', 'Не обработан')],
    funnels: [{ id: 0, name: 'Общая', stages: [stage('NEW', 'Новая')] }, { id: 5, name: 'Опт', stages: [stage('C5:NEW', 'Первая')] }],
    fields: { lead: [{ name: 'UF_1', title: 'Кампания' }] }, platform: { sites: [{ id: 41, name: 'shop.example' }], employees: [{ id: 7001, name: 'Тестова' }] },
  } as never
})

const document = {
  telephony: { incoming: {
    funnels: { rules: [{ name: '', entity: 'lead', stage: 'NEW' }, { name: 'Опт', entity: 'deal', funnel: 5, stage: 'C5:NEW' }] },
    filter: { where: { of: [{ of: [{ parameter: 'site', values: ['41'] }] }] } },
  } },
}

describe('places in words', () => {
  it.each([
    ['/app_name', 'Название приложения'],
    ['/telephony/incoming/funnels/rules/1/stage', 'Телефония → Входящие → Воронки → правило 2 «Опт» → стадия'],
    ['/telephony/incoming/funnels/rules', 'Телефония → Входящие → Воронки → правила'],
    ['/telephony/incoming/funnels/funnel', 'Телефония → Входящие → Воронки → воронка по умолчанию'],
    ['/telephony/outgoing/names/deal/0/text', 'Телефония → Исходящие → Шаблоны → сделка → шаблон 1 → текст'],
    ['/telephony/incoming/filter/where/of/0/of/0/values/0', 'Телефония → Входящие → Фильтровать звонки → условие 1.1 → значение 1'],
    ['/telephony/extra_fields/lead/2/field', 'Телефония → Доп. поля → лид → поле 3 → поле'],
    ['/employees/0/user', 'Сотрудники → строка 1 → пользователь портала'],
    ['/of_a_newer_release/x', 'of_a_newer_release → x'],
  ])('%s', (pointer, words) => expect(pathWords(pointer, document).join(' → ')).toBe(words))
})

describe('values in words', () => {
  it.each<[string, unknown, string]>([
    ['/telephony/enabled', true, 'да'], ['/telephony/incoming/responsible/default', 7, 'Анна'], ['/telephony/incoming/responsible/default', 0, 'не выбран'],
    ['/telephony/incoming/responsible/rules/0/user', 8, '№ 8'], ['/sync/only/0', 7001, 'Тестова'], ['/telephony/incoming/funnels/funnel', 5, 'Опт'],
    ['/telephony/incoming/funnels/lead_stage', 'NEW', 'Не обработан'], ['/telephony/incoming/funnels/rules/0/stage', 'NEW', 'Не обработан'],
    ['/telephony/incoming/funnels/rules/1/stage', 'C5:NEW', 'Первая'], ['/telephony/extra_fields/lead/0/field', 'UF_1', 'Кампания'],
    ['/telephony/incoming/filter/where/of/0/of/0/values/0', '41', 'shop.example'], ['/telephony/incoming/filter/where/of/0/of/0/values/1', 'other.example', 'other.example'],
    ['/telephony/working_hours/days/0', 1, 'понедельник'], ['/own_numbers', [], 'нет'], ['/app_name', '', 'пусто'], ['/language', 'ru', 'русский'], ['/app_name', null, 'нет'],
  ])('%s %j', (pointer, value, words) => expect(valueWords(pointer, value, document)).toBe(words))

  it('tells an item line by line, and leaves its filter to the API', () => {
    const item = document.telephony.incoming.funnels.rules[1]
    const where = { parameter: 'site', mode: 'include', values: ['41'] }
    expect(valueLines('/telephony/incoming/funnels/rules/1', { ...item, where }, document)).toEqual([
      { label: 'название', text: 'Опт' }, { label: 'создавать', text: 'сделка' }, { label: 'воронка', text: 'Опт' }, { label: 'стадия', text: 'Первая' },
      { label: 'фильтр', where, topic: 'in' },
    ])
  })

  it.each<[string, unknown, unknown]>([
    ['/telephony/outgoing/filter/where/of', [{ parameter: 'employee' }], { of: [{ parameter: 'employee' }] }],
    ['/telephony/outgoing/filter/where/of/1', { parameter: 'employee' }, { parameter: 'employee' }],
  ])('leaves a part of a filter to it too: %s', (pointer, value, where) => {
    expect(valueLines(pointer, value)).toEqual([{ label: '', where, topic: 'out' }])
  })
})
