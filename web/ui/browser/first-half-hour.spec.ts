// The first half hour of a tenant, from an installation in which nothing was done yet to a call and a conversation that are explained: everything by hand
// in the browser, as docs/guide.ru.md tells it. It is told twice, and must go the same way.
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

import { screen, startBrowser, visit, type Visit } from './browser'
import { ChatStory } from './chatstory'
import { startWorld, type World } from './world'

describe.each(['the first time', 'once more'])('the first half hour, %s', (time) => {
  let world: World
  let browser: Browser
  let v: Visit

  beforeAll(async () => {
    world = await startWorld('empty')
    browser = await startBrowser()
    v = await visit(browser, [world.connector, new URL(world.portal).origin, world.platform])
  })
  afterAll(async () => {
    await browser?.close()
    await world?.stop()
  })

  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return
    for (const [i, page] of v.page.context().pages().entries()) await screen(page, `first-half-hour-failed-${i}`)
  })

  it('ends with a call and a chat that everybody understands', async () => {
    const began = performance.now()
    const story = new ChatStory(world, v, time === 'the first time')

    await story.operatorCreatesTenant('Магазин')
    await story.tenantSignsIn('Магазин')
    await story.portalIsConnectedByCode()
    await story.platformIsConnected()
    await story.notificationsArePasted()
    await story.responsiblesAreSet()
    await story.employeeIsMapped()
    await story.funnelRuleIsAdded()
    await story.templateIsAdded()
    await story.draftIsSimulated()
    await story.callArrives()
    await story.callIsExplained()
    await story.reasonsAreTranslated()
    await story.leadIsInThePortal()
    await story.nothingIsLeftToSetUp()
    await story.chatsAreConnected()
    await story.chatsAreSwitchedOn()
    await story.somebodyWrites()
    await story.conversationIsExplained()
    await story.wordsAreInThePortal()

    expect(v.complaints).toEqual([])
    console.log(`${time}: ${((performance.now() - began) / 1000).toFixed(1)} s`)
  }, 300_000)
})
