// The portal's side of an application's frame. The vendor does not document the messages; they are as its published SDK speaks them:
// the frame posts "command:parameters:callback:sid" (parameters and callback may be left out), the portal answers "callback:JSON".
(() => {
  'use strict'
  const page = document.querySelector('[data-frame]')
  if (!page) return
  const { portal, client } = page.dataset
  const holder = page.querySelector('.app-frame')
  const log = page.querySelector('.app-log')
  let frame = null
  let opened = null

  const control = async (what, order) => {
    const response = await fetch('/control/portals/' + portal + '/' + what, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ client_id: client, ...order })
    })
    if (!response.ok) throw new Error(await response.text())
    return response.json()
  }
  const note = text => {
    const line = document.createElement('li')
    line.textContent = text
    log.prepend(line)
    while (log.children.length > 20) log.lastChild.remove()
  }

  // A portal shows an application by posting a form into a frame of a telling name.
  const show = async () => {
    opened = await control('open', {
      user: Number(page.dataset.user), placement: page.dataset.placement, options: page.dataset.options, lang: document.documentElement.lang
    })
    frame = document.createElement('iframe')
    frame.name = opened.frame
    frame.title = page.dataset.title
    holder.replaceChildren(frame)
    const form = document.createElement('form')
    form.method = 'post'
    form.action = opened.action
    form.target = opened.frame
    form.hidden = true
    for (const [name, value] of Object.entries(opened.fields)) {
      const field = document.createElement('input')
      field.type = 'hidden'
      field.name = name
      field.value = value
      form.append(field)
    }
    document.body.append(form)
    form.submit()
    form.remove()
  }

  const read = text => { try { return JSON.parse(text) } catch { return text } }

  // parse takes a command apart: parameters may hold colons, the callback and the sid never do.
  const parse = said => {
    const parts = said.split(':')
    const command = parts.shift()
    if (parts.pop() !== opened.sid) return null
    const callback = parts.length ? parts.pop() : ''
    return { command, callback, parameters: parts.length ? read(parts.join(':')) : null }
  }

  const commands = {
    getInitData: () => opened.init,
    setInstall: () => true,
    async setInstallFinish () {
      await control('finish_install', {})
      setTimeout(() => location.assign(location.pathname), 0)
      return true
    },
    async refreshAuth () {
      const fresh = await control('open', { user: Number(page.dataset.user), placement: page.dataset.placement })
      return { AUTH_ID: fresh.fields.AUTH_ID, REFRESH_ID: fresh.fields.REFRESH_ID, AUTH_EXPIRES: fresh.fields.AUTH_EXPIRES }
    },
    resizeWindow ({ width, height }) {
      frame.style.width = Number(width) > 0 ? Number(width) + 'px' : '100%'
      if (Number(height) > 0) frame.style.height = Number(height) + 'px'
      return { width, height }
    },
    reloadWindow () { location.reload(); return true },
    setTitle ({ title }) { page.querySelector('h1').textContent = title; return true },
    setScroll ({ scroll }) { scrollTo(0, Number(scroll)); return true },
    setAppOption: () => true,
    setUserOption: () => true,
    getInterface: () => ({ command: [], event: [] }),
    closeApplication () { location.assign('/p/' + portal + '/apps'); return true }
  }

  addEventListener('message', async event => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== new URL(opened.action).origin || typeof event.data !== 'string') return
    const said = parse(event.data)
    if (!said) return
    note(said.command)
    if (!Object.hasOwn(commands, said.command)) return
    try {
      const answer = await commands[said.command](said.parameters || {})
      if (said.callback) event.source.postMessage(said.callback + ':' + JSON.stringify(answer), event.origin)
    } catch (e) { note(said.command + ': ' + e.message) }
  })

  const failed = e => note(String(e.message || e))
  page.querySelector('[name=user]').addEventListener('change', event => {
    page.dataset.user = event.target.value
    show().catch(failed)
  })
  show().catch(failed)
})()
