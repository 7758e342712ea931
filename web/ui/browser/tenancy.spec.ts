// The token of another tenant comes to a page that is open: nothing that is shown is the former one's any more (S-1).
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'

import { settled, startBrowser, visit, type Visit } from './browser'
import { startWorld, type World } from './world'

interface Tenant {
  tenant: { id: string; name: string }
  token: string
}

let world: World
let browser: Browser
let cabinet: Server
let cabinetAt: string
let one: Tenant
let other: Tenant
let v: Visit

beforeAll(async () => {
  cabinet = createServer((asked, answer) => {
    answer.setHeader('Content-Type', 'text/html; charset=utf-8')
    answer.end(asked.url === '/' ? `<!doctype html><iframe src="${world.connector}/ui/#token=${one.token}" style="width: 1200px; height: 700px"></iframe>` : '')
  })
  await new Promise<void>((resolve) => cabinet.listen(0, '127.0.0.1', resolve))
  cabinetAt = `http://127.0.0.1:${(cabinet.address() as AddressInfo).port}`
  ;[world, browser] = await Promise.all([startWorld(), startBrowser()])
  const tenant = (name: string): Promise<Tenant> => world.api(world.admin, 'POST', '/api/v1/tenants', { name }, { 'Idempotency-Key': name === 'Первый' ? 'one' : 'other' })
  one = await tenant('Первый')
  other = await tenant('Второй')
})
afterAll(async () => {
  await browser?.close()
  await world?.stop()
  cabinet?.close()
})
afterEach(() => v?.close())

it('the cabinet hands over another tenant’s', async () => {
  v = await visit(browser, [world.connector, cabinetAt])
  await v.page.route(`${world.connector}/ui/`, async (asked) => { // this installation has no cabinet; who may frame it is told by frames.spec.ts
    const response = await asked.fetch()
    const { 'content-security-policy': _, 'x-frame-options': __, ...headers } = response.headers()
    await asked.fulfill({ response, headers })
  })
  await v.page.goto(cabinetAt)
  const ui = v.page.frameLocator('iframe')
  await ui.getByText('Первый', { exact: true }).waitFor()
  await ui.getByRole('navigation').getByRole('link', { name: 'Токены' }).click()
  await ui.locator('html[data-page=tokens]').waitFor({ state: 'attached' })
  const hand = (token: string): Promise<void> =>
    v.page.evaluate((token) => document.querySelector('iframe')!.contentWindow!.postMessage({ type: 'omniconnector:token', token }, '*'), token)

  const asked = v.page.waitForResponse((r) => r.url().endsWith('/api/v1/me'))
  await hand(one.token)
  await asked
  expect(await ui.locator('html').getAttribute('data-page'), 'a fresh token of the same tenant moves nobody').toBe('tokens')

  await hand(other.token)
  await ui.getByText('Второй', { exact: true }).waitFor()
  await ui.locator('html[data-page=overview]').waitFor({ state: 'attached' })
  expect(await ui.getByText('Первый', { exact: true }).count()).toBe(0)
  expect(v.complaints).toEqual([])
})

it('somebody else signs in when a typed one is refused', async () => {
  v = await visit(browser, [world.connector])
  v.expected.add(401)
  const { page } = v
  const signIn = async (token: string): Promise<void> => {
    await page.getByLabel('Токен').fill(token)
    await page.getByRole('button', { name: 'Войти' }).click()
  }
  await page.goto(`${world.connector}/ui/`)
  await signIn(one.token)
  await page.getByText('Первый', { exact: true }).waitFor()
  const { tokens } = await world.api<{ tokens: { id: string }[] }>(one.token, 'GET', '/api/v1/tokens')
  for (const { id } of tokens) await world.api(world.admin, 'DELETE', `/api/v1/tenants/${one.tenant.id}/tokens/${id}`)
  await page.getByRole('navigation').getByRole('link', { name: 'Токены' }).click()
  await signIn(other.token)
  await page.getByText('Второй', { exact: true }).waitFor()
  await settled(page, 'overview')
  expect(await page.getByText('Первый', { exact: true }).count()).toBe(0)
  expect(v.complaints).toEqual([])
})
