// What goes on by itself: the journal follows what happens over a line that breaks, errands tell how far they are, and what cannot be
// done is refused in words.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'

import { settled, startBrowser, visit, type Visit } from './browser'
import { wireTo, type Wire } from './wire'
import { startWorld, type World } from './world'

interface Call {
  id: string
  session: string
  settled: boolean
}

let world: World
let wire: Wire
let browser: Browser
let portal: string
let v: Visit
let page: Page

beforeAll(async () => {
  ;[world, browser] = await Promise.all([startWorld('run', '--speed', '0'), startBrowser()])
  wire = await wireTo(world.connector)
  portal = (await world.api<{ portals: { id: string }[] }>(world.token, 'GET', '/api/v1/portals')).portals[0]!.id
  v = await visit(browser, [wire.address])
  page = v.page
})
afterAll(async () => {
  await browser?.close()
  await wire?.cut()
  await world?.stop()
})

const open = async (path: string): Promise<void> => {
  await page.goto(`${wire.address}/ui/#${path}`)
  await page.locator('main#content').waitFor()
}
const calls = async (): Promise<Call[]> => (await world.api<{ calls: Call[] }>(world.token, 'GET', '/api/v1/calls?limit=50&communication=call')).calls
const shown = (): Promise<string[]> => page.locator('main a[href*="#/calls/"]').evaluateAll((all) => all.map((a) => decodeURIComponent(a.getAttribute('href')!.replace(/.*#\/calls\/([^?]*).*/, '$1'))))
// grown waits until the connector has heard of another call.
async function grown(from: number): Promise<Call[]> {
  await expect.poll(async () => (await calls()).length, { timeout: 20_000 }).toBeGreaterThan(from)
  return calls()
}

it('the journal goes on where it was when the line broke: nothing is missing, nothing is twice', async () => {
  v.expected.add(0)
  await open('/journal')
  await page.locator('main a[href*="#/calls/"]').first().waitFor()
  await page.getByText('Обновляется').waitFor()
  const before = await calls()
  await wire.cut()
  await page.getByText('Нет связи, пробуем снова').waitFor()
  await world.play('route-question', 1000)
  await world.play('queue-of-eight', 1000)
  await grown(before.length)
  await wire.mend()
  await page.getByText('Обновляется').waitFor()
  await expect.poll(async () => {
    const there = (await calls()).map((c) => c.session).filter(Boolean)
    const here = await shown()
    return there.filter((s) => !here.includes(s))
  }, { timeout: 20_000 }).toEqual([])
  const here = await shown()
  const before_ = new Set(before.map((c) => c.session))
  const added = here.filter((s) => !before_.has(s))
  expect(new Set(added).size, 'no new call is listed twice').toBe(added.length)
  v.expected.delete(0)
})

it('a call that goes on is not decided again, and the page says why', async () => {
  v.expected.add(409)
  const before = new Set((await calls()).map((c) => c.session))
  await world.play('queue-of-eight', 1)
  await expect.poll(async () => (await calls()).some((c) => c.session && !before.has(c.session)), { timeout: 20_000 }).toBe(true)
  const going = (await calls()).find((c) => c.session && !before.has(c.session))!
  await open(`/calls/${encodeURIComponent(going.session)}`)
  await page.getByRole('button', { name: 'Решить заново' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Решить заново' }).click()
  await page.getByRole('dialog').getByText('Звонок не завершён или ещё обрабатывается.').waitFor()
  v.expected.delete(409)
})

it('a file of a newer release is refused in words, and nothing changes', async () => {
  const stored = await world.api(world.token, 'GET', `/api/v1/portals/${portal}/settings`)
  const file = await world.api<{ format_version: number }>(world.token, 'GET', `/api/v1/portals/${portal}/settings/export?format=json`)
  await open(`/p/${portal}/versions`)
  await settled(page)
  await page.getByRole('button', { name: 'Загрузить из файла…' }).click()
  const newer = JSON.stringify({ ...file, format_version: 99 })
  await page.locator('input[type=file]').setInputFiles({ name: 'settings.json', mimeType: 'application/json', buffer: Buffer.from(newer) })
  await page.getByText('Файл сохранён более новой версией: формат').first().waitFor()
  expect(await page.getByRole('button', { name: 'Сохранить', exact: true }).count(), 'there is nothing to save').toBe(0)
  expect(await world.api(world.token, 'GET', `/api/v1/portals/${portal}/settings`)).toEqual(stored)
})

it('synchronising tells how far it is, and that it is done', async () => {
  await open(`/p/${portal}/employees`)
  await settled(page)
  await page.getByRole('button', { name: 'Синхронизировать сотрудников' }).click()
  await page.getByRole('progressbar').waitFor()
  await page.getByRole('progressbar').waitFor({ state: 'detached' })
  await page.getByText('Справочники обновлены').or(page.getByText(/синхронизирован/i)).first().waitFor()
})

it('more than a thousand past calls are tried to the end, with a bar that gets there', async () => {
  await fill(1100)
  await open(`/p/${portal}/main`)
  await settled(page)
  await page.locator('[data-pointer="/app_name"] input').fill('Проверяем на прошлом')
  await page.evaluate((hash) => void (location.hash = hash), `#/p/${portal}/simulate`)
  await page.getByText('Сколько звонков').waitFor()
  const count = page.getByRole('spinbutton')
  await count.fill('5000')
  await count.blur()
  await page.getByRole('button', { name: 'Проверить', exact: true }).click()
  const bar = page.getByRole('progressbar')
  await bar.waitFor()
  const seen: number[] = []
  while (await bar.count()) {
    const now = Number(await bar.getAttribute('aria-valuenow', { timeout: 500 }).catch(() => null))
    if (now) seen.push(now)
    await page.waitForLoadState('networkidle')
  }
  expect(seen, 'the bar never goes back').toEqual([...seen].sort((a, b) => a - b))
  const tried = page.locator('dl div', { hasText: 'Проверено' }).locator('dd')
  await tried.waitFor()
  expect(Number((await tried.innerText()).replace(/\D/g, ''))).toBeGreaterThanOrEqual(1000)
})

// fill has the platform tell of so many calls while telephony is off: they are in the journal, and nothing is done.
async function fill(n: number): Promise<void> {
  const settings = await world.api<{ telephony: { enabled: boolean } }>(world.token, 'GET', `/api/v1/portals/${portal}/settings`)
  const save = async (enabled: boolean): Promise<void> => {
    settings.telephony.enabled = enabled
    const { versions } = await world.api<{ versions: { version: number }[] }>(world.token, 'GET', `/api/v1/portals/${portal}/settings/versions?limit=1`)
    await world.api(world.token, 'PUT', `/api/v1/portals/${portal}/settings`, settings, { 'If-Match': `"${versions[0]!.version}"` })
  }
  await save(false)
  const { templates } = await world.api<{ templates: { event: string; url: string; content_type: string; body: string }[] }>(world.token, 'POST', '/api/v1/hooks/rotate', { which: 'both', overlap_hours: 1 })
  const lost = templates.find((t) => t.event === 'call_lost')!
  const at = new Date().toISOString().slice(0, 19).replace('T', ' ')
  const values: Record<string, string> = { notification_time: at, start_time: at, virtual_phone_number: '74950000101', direction: 'in', is_lost: 'true', call_source: 'va', notification_mnemonic: 'lost_call', total_time_duration: '20', wait_time_duration: '20' }
  const tell = async (i: number): Promise<void> => {
    const own: Record<string, string> = { ...values, call_session_id: String(900_000_000 + i), contact_phone_number: `7900${String(1_000_000 + i)}` }
    const body = lost.body.replace(/"?\{\{(\w+)\}\}"?/g, (_, name: string) => (own[name] === undefined ? 'null' : JSON.stringify(own[name])))
    const answer = await fetch(lost.url, { method: 'POST', headers: { 'Content-Type': lost.content_type }, body })
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
  }
  for (let i = 0; i < n; i += 50) await Promise.all(Array.from({ length: 50 }, (_, k) => tell(i + k)))
  await expect.poll(async () => (await world.api<{ events: { outcome: string }[] }>(world.token, 'GET', '/api/v1/events?limit=1')).events[0]?.outcome, { timeout: 60_000 }).toBe('off')
  await save(true)
}

it('nobody complained', () => {
  expect(v.complaints).toEqual([])
})
