// What the first look at the pages costs, for cmd/bench: node paint.mjs CONNECTOR TOKEN LOADS. Every load has a browser context of its own,
// so that nothing is cached; one that is not counted comes before. Prints JSON.
import { existsSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { chromium } from 'playwright-core'

const [connector, token, loads] = process.argv.slice(2)
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync) ?? process.env.CHROMIUM
if (!executablePath) throw new Error('there is no Chromium: make browser installs it')
const browser = await chromium.launch({
  executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})

// load opens a page for the first time, and tells what was fetched and when the first of what is awaited was seen, in milliseconds since
// the address was asked for.
async function load(address, awaited) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'ru-RU' })
  await context.addInitScript(([secret, selector]) => {
    sessionStorage.setItem('omniconnector.token', secret)
    const look = () => {
      if (document.querySelector(selector)) window.seenAt = performance.now()
      else requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  }, [token, awaited])
  const page = await context.newPage()
  const files = []
  page.on('response', (r) => files.push(r))
  await page.goto(connector + address)
  const [seen, paint] = await (await page.waitForFunction(() => { // what is in the document is painted a little later
    const painted = performance.getEntriesByName('first-contentful-paint')[0]
    return window.seenAt && painted && [window.seenAt, painted.startTime]
  })).jsonValue()
  const kb = { js: 0, css: 0 }
  for (const r of files) {
    const kind = /\.(js|css)$/.exec(new URL(r.url()).pathname)?.[1]
    if (kind) kb[kind] += gzipSync(await r.body(), { level: 9 }).length / 1000
  }
  await context.close()
  return { paint, seen, kb }
}

const told = { paint: [], rows: [], js: 0, css: 0 }
for (let n = 0; n <= Number(loads); n++) {
  const overview = await load('/ui/#/', 'main#content h1, main#content h2')
  const journal = await load('/ui/#/journal', 'main#content a[href*="#/calls/"]')
  if (n === 0) continue
  told.paint.push(overview.paint)
  told.rows.push(journal.seen)
  ;({ js: told.js, css: told.css } = overview.kb)
}
await browser.close()
console.log(JSON.stringify(told))
