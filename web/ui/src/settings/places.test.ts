import { describe, expect, it } from 'vitest'

import { placeOf } from './places'

describe('placeOf', () => {
  it.each([
    ['/app_name', 'main'],
    ['/own_numbers/3', 'main'],
    ['/telephony/enabled', 'telephony'],
    ['/telephony/incoming/filter/where/of/0/values/1', 'telephony'],
    ['/telephony/outgoing/names/deal/2/text', 'templates'],
    ['/telephony/incoming/funnels/rules/0/stage', 'funnels'],
    ['/telephony/companion', 'funnels'],
    ['/telephony/incoming/responsible/default', 'responsibles'],
    ['/telephony/talker', 'responsibles'],
    ['/telephony/extra_fields/lead/0/field', 'fields'],
    ['/sync/only/0', 'employees'],
    ['/employees/1/user', 'employees'],
  ])('%s is on the page %s', (pointer, page) => expect(placeOf(pointer)).toBe(page))
})
