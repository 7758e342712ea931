// The official SDK, unmodified, against the emulated portal: what it relies on must be there.
// BASE_URL is the emulator; HTTPS_URL is the same behind TLS, on which the SDK's webhook class insists.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AjaxError, B24Hook, B24OAuth, ParamsFactory } from '@bitrix24/b24jssdk'

const base = process.env.BASE_URL
const secure = process.env.HTTPS_URL
assert.ok(base && secure, 'BASE_URL and HTTPS_URL must be set; sdk_test.go sets them')

const Lead = 1
const Deal = 2
const Contact = 3

async function control (path, body) {
  const response = await fetch(`${base}/control/portals${path}`, body === undefined
    ? {}
    : { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
  assert.equal(response.status, 200, `${path}: ${response.status}`)
  return response.json()
}

// portal makes a portal of its own for a test, with an installed application.
async function portal (spec = {}) {
  const made = await control('', {
    name: 'sdk',
    users: [{ id: 1, name: 'Anna', last_name: 'Admin', admin: true }, { id: 7, name: 'Oleg', inner: '107', email: 'oleg@example.test' }],
    tariff: { burst: 1000, per_second: 100 },
    ...spec
  })
  const app = await control(`/${made.name}/install`, {})
  return { name: made.name, app, do: (what, body = {}) => control(`/${made.name}/${what}`, body), see: what => control(`/${made.name}/${what}`) }
}

const patient = { ...ParamsFactory.getDefault(), retryDelay: 20, rateLimit: { burstLimit: 10000, drainRate: 1000, adaptiveEnabled: false } }

function client (p, restrictionParams = patient) {
  const t = p.app
  const b24 = new B24OAuth({
    applicationToken: t.application_token,
    userId: t.user_id,
    memberId: t.member_id,
    accessToken: t.access_token,
    refreshToken: t.refresh_token,
    expires: Math.floor(Date.parse(t.expires) / 1000),
    expiresIn: 3600,
    scope: t.scope,
    domain: new URL(t.client_endpoint).host,
    clientEndpoint: t.client_endpoint,
    serverEndpoint: t.server_endpoint,
    status: t.status,
    issuer: 'store'
  }, { clientId: t.client_id, clientSecret: t.client_secret }, { restrictionParams })
  b24.offClientSideWarning()
  return b24
}

const call = async (b24, method, params = {}) => {
  const response = await b24.actions.v2.call.make({ method, params })
  assert.ok(response.isSuccess, `${method}: ${response.getErrorMessages().join('; ')}`)
  return response.getData().result
}

const refusal = async promise => {
  try {
    const response = await promise
    assert.ok(!response.isSuccess, 'a refusal was expected')
    return [...response.getErrors()][0]
  } catch (error) {
    assert.ok(error instanceof AjaxError, String(error))
    return error
  }
}

test('an application is recognised and its installer is an administrator', async () => {
  const p = await portal()
  const b24 = client(p)
  assert.equal((await call(b24, 'app.info')).INSTALLED, true)
  await b24.initIsAdmin()
  assert.equal(b24.auth.isAdmin, true)
  assert.ok(await b24.tools.healthCheck.make())
  assert.ok((await b24.tools.ping.make()) >= 0)
})

test('the webhook class reaches the portal over https', async () => {
  const p = await portal()
  await p.do('webhook', { user: 7, code: 'hooksecret' })
  const b24 = new B24Hook({ b24Url: `${secure}/p/${p.name}`, userId: 7, secret: 'hooksecret' }, { restrictionParams: patient })
  b24.offClientSideWarning()
  assert.equal((await call(b24, 'user.current')).ID, '7')
  const no = await refusal(b24.actions.v2.call.make({ method: 'telephony.externalLine.get', params: {} }))
  assert.equal(no.code, 'WRONG_AUTH_TYPE')
})

test('an item is made, changed, read, found and deleted', async () => {
  const p = await portal()
  const b24 = client(p)
  const { item } = await call(b24, 'crm.item.add', {
    entityTypeId: Contact,
    fields: { name: 'Ann', originatorId: 'sdk', originId: 'o-1', nonsense: 1, fm: [{ typeId: 'PHONE', valueType: 'WORK', value: '+7 916 123-45-67' }] }
  })
  assert.equal(item.name, 'Ann')
  assert.equal(typeof item.id, 'number')
  assert.equal(item.nonsense, undefined)
  await call(b24, 'crm.item.update', { entityTypeId: Contact, id: item.id, fields: { lastName: 'Lee' } })
  assert.equal((await call(b24, 'crm.item.get', { entityTypeId: Contact, id: item.id })).item.lastName, 'Lee')
  assert.deepEqual(await call(b24, 'crm.duplicate.findbycomm', { type: 'PHONE', values: ['89161234567'] }), { CONTACT: [item.id] })
  const found = await call(b24, 'crm.item.list', { entityTypeId: Contact, filter: { '=originId': 'o-1' }, select: ['*'] })
  assert.equal(found.items[0].fm[0].value, '+7 916 123-45-67')
  await call(b24, 'crm.item.delete', { entityTypeId: Contact, id: item.id })
  const gone = await refusal(b24.actions.v2.call.make({ method: 'crm.item.get', params: { entityTypeId: Contact, id: item.id } }))
  assert.equal(gone.code, 'NOT_FOUND')
})

test('the SDK\'s list helpers walk all pages, both ways of naming', async () => {
  const p = await portal()
  const b24 = client(p)
  for (let page = 0; page < 3; page++) {
    const calls = Array.from({ length: page < 2 ? 50 : 20 }, (_, i) => ['crm.item.add', { entityTypeId: Lead, fields: { title: `L ${page}/${i}` } }])
    const made = await b24.actions.v2.batch.make({ calls, options: { isHaltOnError: true } })
    assert.ok(made.isSuccess, made.getErrorMessages().join('; '))
  }
  const all = await b24.actions.v2.callList.make({ method: 'crm.item.list', params: { entityTypeId: Lead, select: ['id'] }, idKey: 'id', customKeyForResult: 'items' })
  assert.equal(all.getData().length, 120)
  const old = await b24.actions.v2.callList.make({ method: 'crm.lead.list', params: { select: ['ID', 'TITLE'] } })
  assert.equal(old.getData().length, 120)
  let n = 0
  for await (const chunk of b24.actions.v2.fetchList.make({ method: 'crm.item.list', params: { entityTypeId: Lead }, idKey: 'id', customKeyForResult: 'items' })) {
    n += chunk.length
  }
  assert.equal(n, 120)
  const paged = await b24.actions.v2.call.make({ method: 'crm.item.list', params: { entityTypeId: Lead, start: 100 } })
  assert.equal(paged.getData().result.items.length, 20)
  assert.equal(paged.getTotal(), 120)
  assert.equal(paged.isMore(), false)
})

test('a batch carries references, names, failures and halting', async () => {
  const p = await portal({ mode: 2 })
  const b24 = client(p)
  const named = await b24.actions.v2.batch.make({
    calls: {
      contact: { method: 'crm.item.add', params: { entityTypeId: Contact, fields: { name: 'A & B + C' } } },
      deal: { method: 'crm.item.add', params: { entityTypeId: Deal, fields: { title: 'D', contactId: '$result[contact][item][id]' } } },
      wrong: ['crm.item.get', { entityTypeId: Deal, id: 999 }]
    },
    options: { isHaltOnError: false, returnAjaxResult: true }
  })
  const rows = named.getData()
  assert.equal(rows.contact.getData().result.item.name, 'A & B + C')
  assert.equal(rows.deal.getData().result.item.contactId, rows.contact.getData().result.item.id)
  assert.equal(rows.wrong.isSuccess, false)

  const halted = await b24.actions.v2.batch.make({
    calls: [['crm.item.get', { entityTypeId: Deal, id: 999 }], ['crm.item.add', { entityTypeId: Deal, fields: { title: 'never' } }]],
    options: { isHaltOnError: true }
  })
  assert.equal(halted.isSuccess, false)
  const left = await call(b24, 'crm.item.list', { entityTypeId: Deal, filter: { title: 'never' } })
  assert.equal(left.items.length, 0)
})

test('chunks of more than fifty commands go as several batches', async () => {
  const p = await portal()
  const b24 = client(p)
  const calls = Array.from({ length: 120 }, (_, i) => ['crm.item.add', { entityTypeId: Contact, fields: { name: `C${i}` } }])
  const made = await b24.actions.v2.batchByChunk.make({ calls, options: { isHaltOnError: true } })
  assert.equal(made.getData().length, 120)
  assert.equal((await p.see('requests')).batches, 3)
})

test('an expired token is refreshed and the old refresh token is dead', async () => {
  const p = await portal()
  const b24 = client(p)
  const seen = []
  b24.setCallbackRefreshAuth(async ({ b24OAuthParams }) => { seen.push({ ...b24OAuthParams }) })
  await p.do('expire')
  const ids = await Promise.all([1, 2, 3, 4, 5].map(() => call(b24, 'profile')))
  assert.equal(ids[4].ID, '1')
  assert.ok(seen.length >= 1) // the SDK shares one refresh among those who fail together, not with latecomers
  assert.notEqual(seen[0].refreshToken, p.app.refresh_token)
  assert.equal(seen[0].clientEndpoint, p.app.client_endpoint)
  const reuse = await fetch(p.app.token_url, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'refresh_token', client_id: p.app.client_id, client_secret: p.app.client_secret, refresh_token: p.app.refresh_token })
  })
  assert.equal(reuse.status, 400)
  assert.equal((await reuse.json()).error, 'invalid_grant')
})

test('the limit refuses before execution and the SDK comes through by waiting', async () => {
  const p = await portal({ tariff: { burst: 5, per_second: 20 } })
  const b24 = client(p, { ...patient, maxRetries: 10 })
  await Promise.all(Array.from({ length: 12 }, (_, i) => call(b24, 'crm.item.add', { entityTypeId: Lead, fields: { title: `L${i}` } })))
  const stats = await p.see('requests')
  assert.ok(stats.limit_errors > 0, 'the bucket was never full')
  assert.equal(stats.methods['crm.item.add'], 12)
  const leads = await call(b24, 'crm.item.list', { entityTypeId: Lead })
  assert.equal(leads.items.length, 12)
})

test('time and operating come with every answer', async () => {
  const p = await portal()
  const b24 = client(p)
  const first = await b24.actions.v2.call.make({ method: 'crm.item.list', params: { entityTypeId: Lead } })
  const { time } = first.getData()
  assert.ok(time.duration > 0 && time.operating > 0 && time.operating_reset_at > time.start)
})

test('refusals arrive with the vendor\'s codes', async () => {
  const p = await portal()
  const b24 = client(p, { ...patient, maxRetries: 1 })
  const code = async (method, params) => (await refusal(b24.actions.v2.call.make({ method, params }))).code
  assert.equal(await code('no.such.method', {}), 'ERROR_METHOD_NOT_FOUND')
  assert.equal(await code('crm.item.add', { entityTypeId: 5, fields: {} }), 'ENTITY_TYPE_NOT_SUPPORTED')
  assert.equal(await code('crm.item.add', { entityTypeId: Lead }), '100')
  await p.do('fail', { method: 'profile', fault: { kind: 'overload' } })
  assert.equal(await code('profile', {}), 'OVERLOAD_LIMIT')
  await p.do('clear')
  assert.equal((await call(b24, 'profile')).ID, '1')
})

test('a call lives from its card to its statistics', async () => {
  const p = await portal()
  const b24 = client(p)
  const input = { USER_PHONE_INNER: '107', PHONE_NUMBER: '+79161234567', TYPE: 2, CRM_CREATE: 1, EXTERNAL_CALL_ID: 's-1', LINE_NUMBER: '7495' }
  const reg = await call(b24, 'telephony.externalCall.register', input)
  assert.equal((await call(b24, 'telephony.externalCall.register', input)).CALL_ID, reg.CALL_ID)
  assert.equal((await p.see('cards')).length, 1)
  const end = await call(b24, 'telephony.externalCall.finish', { CALL_ID: reg.CALL_ID, USER_ID: 7, DURATION: 30 })
  assert.deepEqual(end.CALL_START_DATE, {})
  assert.ok(end.CRM_ACTIVITY_ID > 0)
  const stat = await call(b24, 'voximplant.statistic.get', { FILTER: { EXTERNAL_CALL_ID: 's-1' } })
  assert.equal(stat[0].CALL_DURATION, '30')
  const sound = Buffer.from('RIFF').toString('base64')
  const kept = await call(b24, 'telephony.externalCall.attachRecord', { CALL_ID: reg.CALL_ID, FILENAME: 'a.wav', FILE_CONTENT: sound })
  assert.ok(kept.FILE_ID > 0)
})

test('a comment is rewritten and a notice replaced', async () => {
  const p = await portal()
  const b24 = client(p)
  const { item } = await call(b24, 'crm.item.add', { entityTypeId: Lead, fields: { title: 'L' } })
  const comment = await call(b24, 'crm.timeline.comment.add', { fields: { ENTITY_ID: item.id, ENTITY_TYPE: 'lead', COMMENT: 'one' } })
  const text = 'one\n[B]two[/B] & <i>"три"</i> 😀'
  assert.equal(await call(b24, 'crm.timeline.comment.update', { id: comment, fields: { COMMENT: text } }), comment)
  assert.equal((await call(b24, 'crm.timeline.comment.get', { id: comment })).COMMENT, text)
  const rows = await call(b24, 'crm.timeline.comment.list', { filter: { ENTITY_ID: item.id, ENTITY_TYPE: 'lead' }, select: ['ID', 'COMMENT'] })
  assert.deepEqual(rows.map(row => [row.ID, row.COMMENT]), [[String(comment), text]])
  const told = await b24.actions.v2.batch.make({
    calls: {
      deal: { method: 'crm.item.add', params: { entityTypeId: Deal, fields: { title: 'D' } } },
      first: { method: 'im.notify.system.add', params: { USER_ID: 7, MESSAGE: 'before', TAG: 'chat' } },
      second: { method: 'im.notify.system.add', params: { USER_ID: 7, MESSAGE: '[URL=/crm/deal/details/$result[deal][item][id]/]D[/URL]', TAG: 'chat' } }
    },
    options: { isHaltOnError: true }
  })
  assert.ok(told.isSuccess, told.getErrorMessages().join('; '))
  const { deal, second } = told.getData()
  assert.deepEqual((await p.see('notices')).map(n => [n.id, n.user, n.text]), [[second, 7, `[URL=/crm/deal/details/${deal.item.id}/]D[/URL]`]])
  assert.equal(await call(b24, 'crm.timeline.comment.delete', { id: comment }), null)
  const gone = await refusal(b24.actions.v2.call.make({ method: 'crm.timeline.comment.update', params: { id: comment, fields: { COMMENT: 'x' } } }))
  assert.equal(gone.status, 400)
})
