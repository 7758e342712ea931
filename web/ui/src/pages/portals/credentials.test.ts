import { describe, expect, it } from 'vitest'

import { read } from './credentials'

describe('read', () => {
  it('takes what the token exchange answers', () =>
    expect(read('{"access_token":"a","expires":1700000000,"expires_in":3600,"scope":"crm","client_endpoint":"https://x.bitrix24.ru/rest/","member_id":"m","refresh_token":"r"}')).toEqual({
      access_token: 'a', expires_in: 3600, endpoint: 'https://x.bitrix24.ru/rest/', member_id: 'm', refresh_token: 'r',
    }))
  it.each(['', 'hello', '[]', 'null', '{"error":"invalid_grant"}', '{"access_token":{"$gt":""}}', '{"expires_in":"soon"}'])('takes nothing of %s', (text) => expect(read(text)).toBeNull())
})
