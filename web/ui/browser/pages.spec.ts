// Every page, in both languages, on a desktop and on a phone, in the states that it can be in: it shows what it is for, asks nobody
// outside, does not complain, and does not scroll sideways. The pictures are kept to be looked at, and the guides use them.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { barriers, screen, settled, startBrowser, visit, type Look, type Visit } from './browser'
import { startWorld, type World } from './world'

let world: World
let empty: World
let emptyToken: string
let browser: Browser
let portal: string
let call: string
let event: string

beforeAll(async () => {
  ;[world, empty, browser] = await Promise.all([startWorld('run', '--speed', '0'), startWorld('empty'), startBrowser()])
  const portals = await world.api<{ portals: { id: string }[] }>(world.token, 'GET', '/api/v1/portals')
  portal = portals.portals[0]!.id
  const events = await world.api<{ events: { event: { id: number; session: string } }[] }>(world.token, 'GET', '/api/v1/events?limit=50&outcome=planned')
  call = events.events[0]!.event.session
  event = String(events.events[0]!.event.id)
  emptyToken = (await empty.api<{ token: string }>(empty.admin, 'POST', '/api/v1/tenants', { name: 'Новый клиент' }, { 'Idempotency-Key': 'pages' })).token
})
afterAll(async () => {
  await browser?.close()
  await Promise.all([world?.stop(), empty?.stop()])
})

const pages: [name: string, path: () => string][] = [
  ['overview', () => '/'],
  ['portals', () => '/portals'],
  ['tokens', () => '/tokens'],
  ['main', () => `/p/${portal}/main`],
  ['telephony', () => `/p/${portal}/telephony`],
  ['templates', () => `/p/${portal}/telephony/templates`],
  ['funnels', () => `/p/${portal}/telephony/funnels`],
  ['responsibles', () => `/p/${portal}/telephony/responsibles`],
  ['fields', () => `/p/${portal}/telephony/fields`],
  ['chats', () => `/p/${portal}/chats`],
  ['chats-funnels', () => `/p/${portal}/chats/funnels`],
  ['chats-names', () => `/p/${portal}/chats/names`],
  ['chats-fields', () => `/p/${portal}/chats/fields`],
  ['offline', () => `/p/${portal}/offline`],
  ['offline-funnels', () => `/p/${portal}/offline/funnels`],
  ['lines', () => `/p/${portal}/lines`],
  ['employees', () => `/p/${portal}/employees`],
  ['simulate', () => `/p/${portal}/simulate`],
  ['limits', () => `/p/${portal}/limits`],
  ['jobs', () => `/p/${portal}/jobs`],
  ['versions', () => `/p/${portal}/versions`],
  ['journal', () => '/journal'],
  ['call', () => `/calls/${encodeURIComponent(call)}`],
  ['event', () => `/events/${encodeURIComponent(event)}`],
  ['letters', () => '/dead-letters'],
  ['audit', () => '/audit'],
  ['lost', () => '/nowhere'],
]

// States are pages in which something was done; each tells what has to be seen then.
const states: [name: string, page: string, path: () => string, act: (page: Page) => Promise<void>][] = [
  ['filter', 'funnels', () => `/p/${portal}/telephony/funnels`, async (page) => {
    await page.locator('[data-pointer*="/rules/0/"] button[title]:enabled').first().click()
    await page.getByRole('dialog').locator('[data-pointer$="/values"]').first().waitFor()
  }],
  ['help', 'funnels', () => `/p/${portal}/telephony/funnels`, async (page) => {
    await page.getByRole('button', { name: /^(Справка|Help)$/ }).click()
    await page.getByRole('dialog').locator('article').waitFor()
  }],
  ['simulation', 'telephony', () => `/p/${portal}/telephony`, async (page) => {
    await page.locator('[data-pointer="/telephony/incoming/create"]').getByRole('switch').click()
    await page.getByRole('button', { name: /^(Проверить на прошлом|Try on the past)$/ }).click()
    await page.locator('dl:is([aria-label="Итог"], [aria-label="Result"])').waitFor()
    await settled(page, 'simulate')
  }],
  ['import', 'versions', () => `/p/${portal}/versions`, async (page) => {
    await page.getByRole('button', { name: /^(Загрузить из файла|Load from a file)/ }).click()
    await page.locator('input[type=file]').setInputFiles({ name: 'settings.json', mimeType: 'application/json', buffer: Buffer.from(await foreign()) })
    await page.getByRole('button', { name: /^(Сохранить как новую версию|Save as a new version)/ }).waitFor()
    await page.getByText('Ирина Нездешняя').first().waitFor()
    await page.getByRole('region', { name: /^(Загрузить из файла|Load from a file)/ }).evaluate((report) => report.scrollIntoView({ block: 'end' }))
  }],
  ['stale', 'main', () => `/p/${portal}/main`, async (page) => {
    const name = page.locator('[data-pointer="/app_name"] input')
    await name.fill(`Моё название ${Date.now()}`)
    await somebodySaves()
    await page.getByRole('button', { name: /^(Сохранить|Save)$/ }).click()
    await page.getByText(/Настройки за это время изменил кто-то другой|Somebody else has changed the settings meanwhile/).waitFor()
  }],
]

// foreign is what another portal exported: one of its users is nobody here.
async function foreign(): Promise<string> {
  interface Exported { portal: object; names: { users: object[] }; settings: { app_name: string } }
  const exported = await world.api<Exported>(world.token, 'GET', `/api/v1/portals/${portal}/settings/export?format=json`)
  exported.portal = { id: 'other', name: 'other' }
  exported.settings.app_name = 'Из файла'
  Object.assign(exported.names.users[0]!, { name: 'Ирина Нездешняя', email: 'irina@other.example' })
  return JSON.stringify(exported)
}

async function somebodySaves(): Promise<void> {
  const at = `/api/v1/portals/${portal}/settings`
  const answer = await fetch(world.connector + at, { headers: { Authorization: `Bearer ${world.token}` } })
  const document = (await answer.json()) as { telephony: { silence_minutes: number } }
  document.telephony.silence_minutes = (document.telephony.silence_minutes % 60) + 1
  await world.api(world.token, 'PUT', at, document, { 'If-Match': answer.headers.get('ETag') ?? '' })
}

const looks: [name: string, look: Look][] = [
  ['desktop-ru', { lang: 'ru' }],
  ['desktop-en', { lang: 'en' }],
  ['phone-ru', { lang: 'ru', width: 390, height: 844 }],
  ['phone-en', { lang: 'en', width: 390, height: 844 }],
]

// sound checks what is shown, whatever it is, and keeps its picture.
async function sound(v: Visit, name: string, what = 'main'): Promise<void> {
  await screen(v.page, name)
  const [sideways, down] = await v.page.evaluate(() => [document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollTop])
  expect(sideways, 'the page scrolls sideways').toBeLessThanOrEqual(0)
  expect(down, 'the menu scrolls away with the page').toBe(0)
  expect((await v.page.locator(what).first().innerText()).trim(), 'an empty page').not.toBe('')
  expect(await barriers(v.page), 'barriers for those who do not see or do not use a mouse').toEqual([])
  expect(v.complaints).toEqual([])
}

describe.each(looks)('%s', (look, how) => {
  let v: Visit
  beforeAll(async () => {
    v = await visit(browser, [world.connector], how)
    v.expected.add(412) // the stale one’s, which the browser tells of in the console
    await v.page.goto(`${world.connector}/ui/`)
    await settled(v.page, 'overview') // before that, another address would not be heard of
  })
  afterAll(() => v.close())

  it.each(pages)('%s', async (name, path) => {
    v.complaints.length = 0
    await v.page.goto(`${world.connector}/ui/#${path()}`)
    await settled(v.page, name)
    await sound(v, `${look}-${name}`, 'main#content')
    if (how.lang === 'en' && !how.width) expect(await v.page.locator('nav').first().innerText(), 'the menu in English').not.toMatch(/[а-яё]{4,}/i)
  })

  it.each(states)('%s', async (name, page, path, act) => {
    v.complaints.length = 0
    await v.page.goto(`${world.connector}/ui/#${path()}`)
    await settled(v.page, page)
    await act(v.page)
    await sound(v, `${look}-${name}`)
    await v.page.goto('about:blank') // what was done is forgotten
  })
})

describe.each(looks)('an empty installation, %s', (look, how) => {
  let v: Visit
  beforeAll(async () => {
    v = await visit(browser, [empty.connector], how)
    v.expected.add(401) // a token that is refused
  })
  afterAll(() => v.close())

  const at = async (path: string): Promise<void> => {
    v.complaints.length = 0
    await v.page.goto('about:blank')
    await v.page.goto(`${empty.connector}/ui/${path}`)
  }

  it('sign-in', async () => {
    await at('')
    await v.page.locator('input[type=password]').waitFor()
    await sound(v, `${look}-sign-in`)
  })
  it('tenants', async () => {
    await at(`#token=${empty.admin}`)
    await settled(v.page, 'tenants')
    await v.page.getByText('Новый клиент').first().waitFor()
    await sound(v, `${look}-tenants`)
  })
  it('the session ended', async () => {
    await at('#token=nobody')
    await v.page.getByText(/^(Сеанс закончился|The session has ended)$/).waitFor()
    await sound(v, `${look}-ended`)
  })
  it.each([['overview', '#/'], ['journal', '#/journal']])('%s', async (name, path) => {
    await at(`#token=${emptyToken}`)
    await settled(v.page, 'overview')
    await v.page.goto(`${empty.connector}/ui/${path}`)
    await settled(v.page, name)
    await sound(v, `${look}-empty-${name}`, 'main#content')
  })
})
