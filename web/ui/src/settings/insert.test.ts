import { describe, expect, it } from 'vitest'

import { insert } from './insert'

describe('insert', () => {
  it.each([
    ['', 0, 0, '{{app_name}}', 12],
    ['Звонок с сайта', 6, 6, 'Звонок{{app_name}} с сайта', 18],
    ['Звонок от КОГО', 10, 14, 'Звонок от {{app_name}}', 22],
  ])('%j, %d to %d', (text, start, end, want, caret) => expect(insert(text, start, end, 'app_name')).toEqual({ text: want, caret }))
})
