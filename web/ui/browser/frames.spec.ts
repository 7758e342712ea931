// The pages in frames of others: inside a portal (S-5), and in the cabinet of the SaaS (S-1). Nothing needs a cookie or the frame's
// own storage, which browsers refuse there.
import { createHmac, randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, FrameLocator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { startBrowser, visit, type Look, type Visit } from './browser'
import { startWorld, type World } from './world'

const issuer = 'saas.example'
const key = randomBytes(32)

let world: World
let browser: Browser
let cabinet: Server
let cabinetAt: string
let shown = '' // what the cabinet's server answers with
let portal: string
let tenant: { id: string; name: string }
let v: Visit

beforeAll(async () => {
  cabinet = createServer((asked, answer) => void answer.setHeader('Content-Type', 'text/html; charset=utf-8').end(asked.url === '/' ? shown : ''))
  await new Promise<void>((resolve) => cabinet.listen(0, '127.0.0.1', resolve))
  cabinetAt = `http://127.0.0.1:${(cabinet.address() as AddressInfo).port}`
  ;[world, browser] = await Promise.all([
    startWorld('run', '--speed', '0', '--embed-keys', `k1:hs256:${key.toString('base64')}`, '--embed-issuer', issuer, '--frame-ancestors', cabinetAt), startBrowser(),
  ])
  portal = (await world.api<{ portals: { id: string }[] }>(world.token, 'GET', '/api/v1/portals')).portals[0]!.id
  tenant = (await world.api<{ tenant: { id: string; name: string } }>(world.token, 'GET', '/api/v1/me')).tenant
})
afterAll(async () => {
  await browser?.close()
  await world?.stop()
  cabinet?.close()
})
afterEach(() => v?.close())

// look opens a browser in which frames have no storage and no cookies.
async function look(how: Look = { width: 1600 }): Promise<Page> {
  v = await visit(browser, [world.connector, new URL(world.portal).origin, cabinetAt], how)
  await v.page.context().addInitScript(() => {
    if (window.top === window) return
    const refused = { get: () => { throw new DOMException('The frame has no storage', 'SecurityError') } }
    for (const storage of ['localStorage', 'sessionStorage', 'indexedDB', 'caches']) Object.defineProperty(window, storage, refused)
    Object.defineProperty(document, 'cookie', { get: () => '', set: () => undefined })
  })
  return v.page
}
const cookies = async (): Promise<string[]> => (await v.page.context().cookies(world.connector)).filter((c) => !c.name.startsWith('emulator')).map((c) => c.name)

describe('inside the portal', () => {
  const app = '/app/local.omniconnector'
  const frame = (page: Page): FrameLocator => page.frameLocator('.app-frame iframe')
  const at = async (page: Page, query = ''): Promise<FrameLocator> => {
    await page.goto(`${world.portal}${app}${query}`)
    return frame(page)
  }
  const menu = (ui: FrameLocator, name: string) => ui.getByRole('navigation').getByRole('link', { name, exact: true })

  it('an administrator works as everywhere, and nothing is kept in cookies', async () => {
    const page = await look()
    const ui = await at(page)
    await menu(ui, 'Главная').click()
    const name = ui.locator('[data-pointer="/app_name"] input')
    await name.fill('Из портала')
    await ui.getByRole('button', { name: 'Сохранить', exact: true }).click()
    await ui.getByText(/Настройки сохранены|Сохранено/).first().waitFor()
    expect((await world.api<{ app_name: string }>(world.token, 'GET', `/api/v1/portals/${portal}/settings`)).app_name).toBe('Из портала')
    expect(await menu(ui, 'Токены').count(), 'the tenant’s own things are not shown to the portal').toBe(0)
    expect(await cookies()).toEqual([])
    expect(v.complaints).toEqual([])
  })

  it('an ordinary user reads, is told so, and cannot save', async () => {
    const page = await look()
    await page.goto(`${world.portal}${app}`)
    const ordinary = await page.locator('select[name=user] option').evaluateAll((all) => (all as HTMLOptionElement[]).find((o) => !o.text.includes('★'))!.value)
    const ui = await at(page, `?user=${ordinary}`)
    await menu(ui, 'Главная').click()
    await ui.getByText('У вас доступ только для чтения: изменения сохранить нельзя.').waitFor()
    await ui.locator('[data-pointer="/app_name"] input').fill('Без спроса')
    expect(await ui.getByRole('button', { name: 'Сохранить', exact: true }).isDisabled()).toBe(true)
    expect(v.complaints).toEqual([])
  })

  it('the page speaks the portal’s language', async () => {
    const page = await look({ lang: 'ru', width: 1600 })
    const ui = await at(page, '?lang=en')
    await menu(ui, 'Overview').waitFor()
    expect(await ui.locator('html').getAttribute('lang')).toBe('en')
    expect(v.complaints).toEqual([])
  })

  it('fits the width of a phone', async () => {
    const page = await look({ width: 390, height: 844 })
    const ui = await at(page)
    await ui.getByRole('button', { name: 'Открыть боковую панель' }).first().click()
    await menu(ui, 'Главная').click()
    await ui.locator('[data-pointer="/app_name"] input').waitFor()
    expect(await ui.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth)).toBeLessThanOrEqual(0)
    expect(v.complaints).toEqual([])
  })

  it('a session that ends is renewed by the portal, without a word to the person', async () => {
    const page = await look()
    const ui = await at(page)
    await menu(ui, 'Журнал').waitFor()
    const renewed = page.waitForResponse((r) => r.url().endsWith('/app/bitrix24/session'))
    await page.clock.setFixedTime(Date.now() + 59.5 * 60_000)
    await menu(ui, 'Журнал').click()
    expect((await renewed).status()).toBe(200)
    expect((await renewed).request().postDataJSON(), 'with what the portal says of the person now').toHaveProperty('auth_id')
    await page.locator('.app-log').getByText('refreshAuth').first().waitFor()
    await ui.locator('a[href*="#/calls/"]').first().waitFor()
    expect(v.complaints).toEqual([])
  })

  it('the card of a call opens that very call', async () => {
    const { calls } = await world.api<{ calls: { session: string; client: string }[] }>(world.token, 'GET', '/api/v1/calls?limit=50')
    const cards: { session: string; client: string; id: string }[] = []
    for (const { session, client } of calls.filter((c) => c.session)) {
      const story = await world.api<{ calls: { actions: { result?: { call_id?: string } }[] }[] }>(world.token, 'GET', `/api/v1/calls/${encodeURIComponent(session)}`)
      const id = story.calls.flatMap((c) => c.actions).find((a) => a.result?.call_id)?.result?.call_id
      if (id && client) cards.push({ session, client, id })
    }
    const again = cards.filter((c) => cards.filter((d) => d.client === c.client).length > 1)
    const card = again.at(-1) ?? cards.at(-1)! // not the newest of its number, when there are several
    const page = await look()
    const options = { CALL_ID: card.id, PHONE_NUMBER: card.client.replace(/[^\d+]/g, ''), CRM_ACTIVITY_ID: 'undefined', CALL_DIRECTION: 'incoming' }
    const ui = await at(page, `?placement=CALL_CARD&options=${encodeURIComponent(JSON.stringify(options))}`)
    await ui.getByText('Все звонки').first().waitFor()
    await expect.poll(() => page.frames().at(1)?.url()).toContain(`#/calls/${encodeURIComponent(card.session)}`)
    expect(v.complaints).toEqual([])
  })

  it('no other page can frame it, not even with a form that the portal made', async () => {
    const page = await look()
    const opened = (await (await fetch(`${new URL(world.portal).origin}/control/portals/shop/open`, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ client_id: 'local.omniconnector', user: 1 }),
    })).json()) as { action: string; fields: Record<string, string> }
    const fields = Object.entries(opened.fields).map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`)
    shown = `<!doctype html><meta name="referrer" content="no-referrer"><iframe name="stolen"></iframe><form method="post" target="stolen" action="${opened.action.replaceAll('&', '&amp;')}">${fields.join('')}</form><script>document.forms[0].submit()</script>`
    await page.goto(`${cabinetAt}/`)
    await expect.poll(() => page.frames().at(1)?.url(), { timeout: 10_000 }).toMatch(/^chrome-error:/)
    expect(v.complaints.join('\n')).toContain('frame-ancestors')
  })
})

describe('in the cabinet of the SaaS', () => {
  const token = (seconds: number): string => {
    const now = Math.floor(Date.now() / 1000)
    const part = (of: object): string => Buffer.from(JSON.stringify(of)).toString('base64url')
    const body = `${part({ alg: 'HS256', typ: 'JWT', kid: 'k1' })}.${part({ iss: issuer, aud: world.connector, sub: 'ivan@saas.example', tenant: tenant.id, scope: 'write', nbf: now + seconds - 600, exp: now + seconds })}`
    return `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`
  }
  // page is the cabinet's: the UI in a frame, and a script that hands it what is put into window.fresh when it is asked.
  const page = (first: string, more = ''): string => `<!doctype html><iframe id="ui" style="width:100%;height:800px" src="${world.connector}/ui/#token=${first}"></iframe>
    <script>
      window.asked = 0
      const hand = () => ui.contentWindow.postMessage({ type: 'omniconnector:token', token: window.fresh }, '${world.connector}')
      addEventListener('message', (m) => {
        if (m.source !== ui.contentWindow || m.origin !== '${world.connector}' || m.data?.type !== 'omniconnector:token-please') return
        window.asked++
        if (window.fresh) hand()
      })
    </script>${more}`
  const ui = (): FrameLocator => v.page.frameLocator('#ui')
  const journal = async (): Promise<void> => {
    await ui().getByRole('navigation').getByRole('link', { name: 'Журнал' }).click()
    await ui().locator('a[href*="#/calls/"]').first().waitFor()
  }

  beforeEach(async () => {
    await look()
    await v.page.context().setExtraHTTPHeaders({ 'X-Forwarded-For': '192.0.2.1' }) // no guest of the demo
  })

  it('opens with the token of the address, which does not stay there', async () => {
    shown = page(token(500))
    await v.page.goto(`${cabinetAt}/`)
    await ui().getByText(tenant.name).first().waitFor()
    await journal()
    expect(v.page.frames().at(1)?.url()).not.toContain('token')
    expect(await cookies()).toEqual([])
    expect(v.complaints).toEqual([])
  })

  it('asks the cabinet for a fresh token before the old one ends', async () => {
    shown = page(token(30))
    await v.page.addInitScript((fresh) => void ((window as unknown as { fresh: string }).fresh = fresh), token(500))
    await v.page.goto(`${cabinetAt}/`)
    await journal()
    expect(await v.page.evaluate(() => (window as unknown as { asked: number }).asked), 'once is enough').toBe(1)
    expect(v.complaints).toEqual([])
  })

  it('says that the session has ended, and goes on with a new token', async () => {
    v.expected.add(401)
    shown = page(token(-120))
    await v.page.goto(`${cabinetAt}/`)
    await ui().getByText('Сеанс закончился').waitFor()
    await v.page.evaluate((fresh) => {
      Object.assign(window, { fresh })
      ;(document.getElementById('ui') as HTMLIFrameElement).contentWindow!.postMessage({ type: 'omniconnector:token', token: fresh }, '*')
    }, token(500))
    await ui().getByText('Сеанс закончился').waitFor({ state: 'detached' })
    await journal()
    expect(v.complaints).toEqual([])
  })

  it('listens to nobody but the page around it', async () => {
    const stranger = `<script>parent.frames[0].postMessage({ type: 'omniconnector:token', token: 'of-a-stranger' }, '*'); parent.postMessage('said', '*')</script>`
    shown = page(token(500), '<script>addEventListener("message", (m) => m.data === "said" && (window.said = true))</script>')
    await v.page.goto(`${cabinetAt}/`)
    await ui().getByText(tenant.name).first().waitFor()
    await v.page.evaluate((code) => {
      const frame = document.createElement('iframe')
      frame.srcdoc = code
      document.body.append(frame)
    }, stranger)
    await v.page.waitForFunction(() => (window as unknown as { said?: boolean }).said)
    await journal()
    expect(await ui().getByText('Сеанс закончился').count()).toBe(0)
    expect(v.complaints).toEqual([])
  })

  it('lets no other page frame it', async () => {
    shown = `<iframe src="${world.connector}/ui/"></iframe>`
    await v.page.goto(`${cabinetAt.replace('127.0.0.1', 'localhost')}/`)
    await expect.poll(() => v.page.frames().at(1)?.url(), { timeout: 10_000 }).toMatch(/^chrome-error:/)
  })
})
