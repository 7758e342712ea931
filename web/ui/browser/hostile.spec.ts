// Words of strangers are shown as they are (S-4): no markup, no message syntax, no address among them does anything, on any page.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { settled, startBrowser, visit, type Visit } from './browser'
import { startWorld, type World } from './world'

// The words that somebody may call themselves, a rule or a scenario.
const hostile = [
  `<img src=x onerror="document.title='taken'">`, `<script>document.title='taken'</script>`, `"'><svg onload=alert(1)>`, `javascript:alert(1)`, `{{constructor.constructor('alert(1)')()}}`, `@:linked.shell.save`,
  `{0} {n} {name}`, `один | два | три`, `$t('shell.save') %s %{n}`, `__proto__`, `constructor`, `\u202Eעברית مرحبا\u202C`, `👩‍👩‍👧‍👦🇷🇺 ё́`, 'Щ'.repeat(1000), 'слово '.repeat(166), `&lt;b&gt;&amp;nbsp;`, `\\u003cimg\\u003e`,
]
// The members of answers that people and other systems fill with words of their own.
const wordy = new Set([
  'name', 'title', 'text', 'sentence', 'summary', 'label', 'message', 'client', 'employee', 'hint', 'email', 'author', 'person', 'note', 'virtual_number', 'why', 'value', 'extension', 'status', 'error_description', 'scenario', 'site', 'campaign',
])

let world: World
let browser: Browser
let portal: string
let session: string
let v: Visit
let page: Page

beforeAll(async () => {
  ;[world, browser] = await Promise.all([startWorld('run', '--speed', '0'), startBrowser()])
  portal = (await world.api<{ portals: { id: string }[] }>(world.token, 'GET', '/api/v1/portals')).portals[0]!.id
  v = await visit(browser, [world.connector], { width: 390, height: 844 })
  page = v.page
  page.on('dialog', (d) => {
    v.complaints.push(`dialog: ${d.message()}`)
    void d.dismiss()
  })
  session = (await world.api<{ calls: { session: string }[] }>(world.token, 'GET', '/api/v1/calls?limit=50')).calls.find((c) => c.session)!.session
})
afterAll(async () => {
  await browser?.close()
  await world?.stop()
})

const open = async (path: string): Promise<void> => {
  await page.goto('about:blank')
  await page.goto(`${world.connector}/ui/#${path}`)
  await page.waitForFunction(() => document.querySelector('main#content')?.childElementCount)
  await settled(page)
}
// harmless fails when any of the words did something.
async function harmless(where: string): Promise<void> {
  const found = await page.evaluate(() => ({
    title: document.title, images: document.querySelectorAll('img[src="x"]').length, scripts: [...document.scripts].filter((s) => s.text.includes('taken')).length,
    handlers: document.querySelectorAll('[onerror], [onload], [onclick]').length, links: document.querySelectorAll('a[href^="javascript:" i]').length,
    sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth, polluted: 'taken' in {},
  }))
  expect(found, where).toMatchObject({ images: 0, scripts: 0, handlers: 0, links: 0, polluted: false })
  expect(found.title, where).not.toBe('taken')
  expect(found.sideways, `${where} scrolls sideways`).toBeLessThanOrEqual(0)
}

const pages: [name: string, path: () => string][] = [
  ['overview', () => '/'], ['portals', () => '/portals'], ['tokens', () => '/tokens'], ['main', () => `/p/${portal}/main`], ['telephony', () => `/p/${portal}/telephony`], ['templates', () => `/p/${portal}/telephony/templates`],
  ['funnels', () => `/p/${portal}/telephony/funnels`], ['responsibles', () => `/p/${portal}/telephony/responsibles`], ['fields', () => `/p/${portal}/telephony/fields`], ['employees', () => `/p/${portal}/employees`],
  ['simulate', () => `/p/${portal}/simulate`], ['limits', () => `/p/${portal}/limits`], ['jobs', () => `/p/${portal}/jobs`], ['versions', () => `/p/${portal}/versions`], ['journal', () => '/journal'],
  ['call', () => `/calls/${encodeURIComponent(session)}`], ['letters', () => '/dead-letters'], ['audit', () => '/audit'],
]

describe('settings with hostile words are saved and shown', () => {
  const rules = hostile.map((name) => ({ name: [...name].slice(0, 100).join('').trim(), user: 1, where: { parameter: 'virtual_number', mode: 'include', values: ['74950000101'] } }))

  it('saves them as they were typed', async () => {
    const settings = await world.api<Record<string, unknown> & { telephony: { incoming: { responsible: object; names: { lead: object[] } } } }>(world.token, 'GET', `/api/v1/portals/${portal}/settings`)
    settings.app_name = hostile[0]
    settings.telephony.incoming.responsible = { default: 1, rules: rules.slice(0, 20) }
    settings.telephony.incoming.names.lead = [{ text: hostile[0], where: { join: 'and', name: '__proto__', of: [{ expression: `not has(source, "<img src=x onerror=alert(1)>")` }] } }]
    const { versions } = await world.api<{ versions: { version: number }[] }>(world.token, 'GET', `/api/v1/portals/${portal}/settings/versions?limit=1`)
    await world.api(world.token, 'PUT', `/api/v1/portals/${portal}/settings`, settings, { 'If-Match': `"${versions[0]!.version}"` })
    await open(`/p/${portal}/telephony/responsibles`)
    const names = await page.locator('[data-index] input[placeholder="Название правила"]').evaluateAll((all) => all.map((e) => (e as HTMLInputElement).value))
    expect(names).toEqual(rules.map((r) => r.name))
    await harmless('responsibles')
  })

  it('previews a template of markup as text', async () => {
    await open(`/p/${portal}/telephony/templates`)
    await page.getByRole('button', { name: /^Показать, что получится/ }).first().click()
    await page.getByText('Получится:').first().waitFor()
    await page.locator('strong', { hasText: '<img src=x' }).first().waitFor()
    await harmless('templates')
  })

  it('tells the difference between versions', async () => {
    await open(`/p/${portal}/versions`)
    await page.locator('main', { hasText: '<img src=x' }).waitFor()
    await harmless('versions')
  })
})

describe.each([[390], [1280]])('answers full of hostile words, %d wide', (width) => {
  beforeAll(async () => {
    await v.page.setViewportSize({ width, height: 844 })
    if (width !== 390) return
    let turn = 0
    const poison = (value: unknown, key = ''): unknown => {
      if (typeof value === 'string') return wordy.has(key) && value !== '' ? hostile[turn++ % hostile.length] : value
      if (Array.isArray(value)) return value.map((one) => poison(one, key === 'phones' ? '' : key))
      if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([k, one]) => [k, poison(one, k)]))
      return value
    }
    await page.route(/\/api\/v1\/(?!events\/stream)/, async (route) => {
      const answer = await route.fetch()
      const said: unknown = answer.ok() && answer.headers()['content-type']?.includes('json') ? await answer.json() : null
      // the settings are those that were saved: they went through the API's own checks
      if (!said || /\/(settings|validate)$/.test(new URL(route.request().url()).pathname)) return route.fulfill({ response: answer })
      return route.fulfill({ response: answer, json: poison(said) })
    })
  })

  it.each(pages)('%s', async (name, path) => {
    v.complaints.length = 0
    await open(path())
    const text = await page.locator('main#content').innerText()
    expect(text.trim(), 'the page is there').not.toBe('')
    await harmless(name)
    expect(v.complaints, name).toEqual([])
  })
})
