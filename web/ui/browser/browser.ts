// Chromium for the tests, and what no page of ours may ever do: fail, complain in the console, or ask an outside host.
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync) ?? process.env.CHROMIUM

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const quiet = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

export async function startBrowser(): Promise<Browser> {
  if (!executablePath) throw new Error('there is no Chromium: make browser installs it')
  return chromium.launch({ executablePath, args: quiet })
}

export interface Look {
  lang?: 'ru' | 'en'
  width?: number
  height?: number
}

export interface Visit {
  page: Page
  // complaints are the page's errors, the console's, and requests to hosts that are none of the world's.
  complaints: string[]
  // expected lets the answers of some status go by: the browser complains of every 4xx in the console.
  expected: Set<number>
  // tab opens another page of the same person, watched like the first; so are pages that pages open.
  tab: () => Promise<Page>
  close: () => Promise<void>
}

// visit opens a page that may talk to the world's own addresses only.
export async function visit(browser: Browser, own: string[], look: Look = {}): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: look.width ?? 1280, height: look.height ?? 900 }, locale: look.lang === 'en' ? 'en-US' : 'ru-RU', timezoneId: 'Europe/Moscow', reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  context.setDefaultTimeout(20_000)
  const complaints: string[] = []
  const expected = new Set<number>()
  context.on('page', (page) => {
    page.on('pageerror', (e) => complaints.push(`error: ${e.message}`))
    page.on('console', (m) => {
      if (m.type() !== 'error' && m.type() !== 'warning') return
      const status = Number(/status of (\d{3})/.exec(m.text())?.[1] ?? 0)
      if (!expected.has(status)) complaints.push(`console ${m.type()}: ${m.text()}`)
    })
    page.on('request', (r) => {
      const url = new URL(r.url())
      if (url.protocol.startsWith('http') && !own.includes(url.origin)) complaints.push(`outside: ${r.url()}`)
    })
  })
  const tab = (): Promise<Page> => context.newPage()
  return { page: await tab(), complaints, expected, tab, close: () => context.close() }
}

// settled waits until a page is shown, the one by the name of its route where it is given, and has its answers.
export async function settled(page: Page, name?: string): Promise<void> {
  await page.locator(`html${name ? `[data-page="${name}"]` : ''} main#content`).waitFor()
  await page.waitForFunction(() => {
    const main = document.querySelector('main#content') as HTMLElement | null
    return main !== null && main.innerText.trim() !== '' && !main.querySelector('[role=status][aria-label]')
  })
}

// barriers are the serious mistakes of accessibility that axe-core finds, by rule and element.
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const found = await (window as unknown as { axe: { run: (o: object) => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> } }).axe.run({
      runOnly: ['wcag2a', 'wcag2aa'], rules: { 'color-contrast': { enabled: false } },
    })
    return found.violations.filter((f) => f.impact === 'serious' || f.impact === 'critical').flatMap((f) => f.nodes.slice(0, 3).map((n) => `${f.id}: ${n.html.slice(0, 200)}`))
  })
}

const screens = fileURLToPath(new URL('./screens/', import.meta.url))

// screen keeps a picture of what is shown, under a name of its own, without the messages that come and go. Pages that are not ours may
// refuse a style to hide anything.
export async function screen(page: Page, name: string, style: string | undefined = 'li[data-swipe-direction] { display: none }'): Promise<void> {
  mkdirSync(screens, { recursive: true })
  await page.screenshot({ path: `${screens}${name}.png`, fullPage: false, animations: 'disabled', ...(style && { style }) })
}
