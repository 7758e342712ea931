import { describe, expect, it } from 'vitest'

import type { Schemas } from '@/api/client'

import { sought } from './search'

const anna: Schemas['EmployeeView'] = {
  by: 'email',
  employee: { id: 7001, name: 'Тестова Анна', email: 'anna@shop.example', extension: '101', phones: ['79000001001'], takes: true, sip: true, status: '', known: true },
  user: { id: 7, name: 'Анна Тестова', email: 'a.testova@shop.example', active: true, known: true },
}

describe('sought', () => {
  it.each(['', 'анна', 'АННА тест', 'anna@', '101', '+7 900 000', '+7(900)000-10-01', 'a.testova', '7001'])('finds Anna by "%s"', (text) => expect(sought(anna, text)).toBe(true))
  it.each(['пётр', 'анна пётр', '555', '-'.repeat(3) + 'x'])('does not find her by "%s"', (text) => expect(sought(anna, text)).toBe(false))
})
