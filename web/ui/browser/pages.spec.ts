// Every page, in both languages, on a desktop and on a phone: it shows what it is for, asks nobody outside, does not complain, and
// does not scroll sideways. The pictures are kept to be looked at, and the guides use them.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { barriers, screen, settled, startBrowser, visit, type Look, type Visit } from './browser'
import { startWorld, type World } from './world'

let world: World
let browser: Browser
let portal: string
let call: string

beforeAll(async () => {
  world = await startWorld('run', '--speed', '0')
  browser = await startBrowser()
  const portals = await world.api<{ portals: { id: string }[] }>(world.token, 'GET', '/api/v1/portals')
  portal = portals.portals[0]!.id
  const events = await world.api<{ events: { event: { session: string } }[] }>(world.token, 'GET', '/api/v1/events?limit=50&outcome=planned')
  call = events.events[0]!.event.session
})
afterAll(async () => {
  await browser?.close()
  await world?.stop()
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
  ['offline', () => `/p/${portal}/offline`],
  ['lines', () => `/p/${portal}/lines`],
  ['employees', () => `/p/${portal}/employees`],
  ['simulate', () => `/p/${portal}/simulate`],
  ['limits', () => `/p/${portal}/limits`],
  ['jobs', () => `/p/${portal}/jobs`],
  ['versions', () => `/p/${portal}/versions`],
  ['journal', () => '/journal'],
  ['call', () => `/calls/${encodeURIComponent(call)}`],
  ['letters', () => '/dead-letters'],
  ['audit', () => '/audit'],
  ['lost', () => '/nowhere'],
]

const looks: [name: string, look: Look][] = [
  ['desktop-ru', { lang: 'ru' }],
  ['desktop-en', { lang: 'en' }],
  ['phone-ru', { lang: 'ru', width: 390, height: 844 }],
  ['phone-en', { lang: 'en', width: 390, height: 844 }],
]

describe.each(looks)('%s', (look, how) => {
  let v: Visit
  beforeAll(async () => {
    v = await visit(browser, [world.connector], how)
    await v.page.goto(`${world.connector}/ui/`)
  })
  afterAll(() => v.close())

  it.each(pages)('%s', async (name, path) => {
    v.complaints.length = 0
    await v.page.goto(`${world.connector}/ui/#${path()}`)
    await settled(v.page, name)
    await screen(v.page, `${look}-${name}`)
    const sideways = await v.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(sideways, 'the page scrolls sideways').toBeLessThanOrEqual(0)
    const text = (await v.page.locator('main#content').innerText()).trim()
    expect(text, 'an empty page').not.toBe('')
    if (how.lang === 'en' && !how.width) expect(await v.page.locator('nav').first().innerText(), 'the menu in English').not.toMatch(/[а-яё]{4,}/i)
    expect(await barriers(v.page), 'barriers for those who do not see or do not use a mouse').toEqual([])
    expect(v.complaints).toEqual([])
  })
})
