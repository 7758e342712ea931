// The page is rendered by the server; this script fetches it again when the portal says that
// something changed, and puts the new pieces in place without losing the reader's.
(() => {
  'use strict'
  const shell = document.querySelector('.shell')
  const tick = () => {
    for (const el of document.querySelectorAll('[data-tick]')) {
      const start = Number(el.dataset.since || (el.dataset.since = Date.now() - Number(el.dataset.tick) * 1000))
      const s = Math.max(0, Math.floor((Date.now() - start) / 1000))
      el.textContent = Math.floor(s / 60) + ':' + String(s % 60).padStart(2, '0')
    }
  }
  tick()
  setInterval(tick, 1000)
  if (!shell) return

  const known = () => new Set([...document.querySelectorAll('[data-id]')].map(el => el.dataset.id))

  const swap = (fresh, selector) => {
    const old = document.querySelector(selector)
    const now = fresh.querySelector(selector)
    if (!old || !now || old.innerHTML === now.innerHTML) return
    old.className = now.className
    old.replaceChildren(...now.childNodes)
  }

  // keep remembers what the reader has done to the page: scrolled boards, opened details.
  const keep = () => [...document.querySelectorAll('[data-keep]')].map(el => [el.dataset.keep, el.scrollLeft, el.open])
  const restore = kept => {
    for (const [name, left, open] of kept) {
      const el = document.querySelector(`[data-keep="${name}"]`)
      if (!el) continue
      el.scrollLeft = left
      if (open) el.open = true
    }
  }

  let busy = false
  let again = false
  const refresh = async () => {
    if (busy) { again = true; return }
    busy = true
    try {
      const response = await fetch(location.href, { cache: 'no-store' })
      if (response.ok) {
        const fresh = new DOMParser().parseFromString(await response.text(), 'text/html')
        swap(fresh, '.cards')
        swap(fresh, '.menu')
        swap(fresh, '.gauge')
        for (const id of ['#dial', '#callback']) if (!document.querySelector(id).open) swap(fresh, id)
        const playing = [...document.querySelectorAll('audio')].some(a => !a.paused) || document.querySelector('[data-frame]')
        if (!playing) {
          const before = known()
          const kept = keep()
          swap(fresh, '#main')
          restore(kept)
          for (const el of document.querySelectorAll('#main [data-id]')) {
            if (!before.has(el.dataset.id)) el.classList.add('fresh')
          }
        }
        tick()
      }
    } catch { /* the portal is away; EventSource comes back by itself */ }
    busy = false
    if (again) { again = false; setTimeout(refresh, 150) }
  }

  // A click on a number opens the dial dialog; what is chosen there goes to the control API as the portal's own act.
  const say = async (dialog, what, order) => {
    const wrong = dialog.querySelector('.wrong')
    wrong.textContent = ''
    try {
      const response = await fetch('/control/portals/' + dialog.dataset.portal + '/' + what, {
        method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(order)
      })
      if (response.ok) { dialog.close(); return }
      wrong.textContent = await response.text()
    } catch (e) { wrong.textContent = String(e) }
  }
  const dial = document.getElementById('dial')
  const callback = document.getElementById('callback')
  document.addEventListener('click', event => {
    const number = event.target.closest('[data-dial]')
    if (number) {
      Object.assign(dial.dataset, { phone: number.dataset.dial, kind: number.dataset.kind, entity: number.dataset.id })
      dial.querySelector('[data-number]').textContent = number.dataset.dial
      dial.querySelector('.wrong').textContent = ''
      const user = dial.querySelector('[name=user]')
      const owner = document.querySelector('[data-owner]') // who most likely calls, until somebody else was chosen
      if (user) user.value = localStorage.dialUser || owner?.dataset.owner || ''
      if (user && !user.value) user.selectedIndex = 0
      dial.showModal()
    }
    if (event.target.closest('[data-callback]')) callback.showModal()
    if (event.target.closest('[data-close]')) event.target.closest('dialog').close()
  })
  // Listened for on the document, because the dialogs' contents are replaced when the portal changes.
  document.addEventListener('submit', event => {
    const dialog = event.target.closest('dialog')
    if (!dialog) return
    event.preventDefault()
    const form = event.target.elements
    if (dialog === callback) {
      say(callback, 'callback', { phone: form.phone.value, text: form.text.value, line: form.line.value })
    } else if (form.user) {
      localStorage.dialUser = form.user.value
      say(dial, 'click', {
        client_id: form.line.selectedOptions[0].dataset.client, user: Number(form.user.value), line: form.line.value,
        phone: dial.dataset.phone, kind: dial.dataset.kind, id: Number(dial.dataset.entity)
      })
    }
  })

  // What an administrator does to applications and to the portal's name.
  const order = async (el, what, body) => {
    const list = el.closest('[data-portal]')
    const wrong = list.querySelector('.wrong')
    wrong.textContent = ''
    const response = await fetch('/control/portals/' + list.dataset.portal + '/' + what, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body)
    })
    if (!response.ok) { wrong.textContent = await response.text(); return }
    const answer = await response.json()
    if (el.dataset.to) location.assign(el.dataset.to.replace('{name}', answer.name))
    else refresh()
  }
  document.addEventListener('click', event => {
    const button = event.target.closest('button[data-order]')
    if (!button) return
    const body = { client_id: button.closest('[data-client]').dataset.client, clean: 'clean' in button.dataset }
    if (button.dataset.order === 'update_app') body.version = String(Math.floor(Date.now() / 1000))
    order(button, button.dataset.order, body)
  })
  document.addEventListener('submit', event => {
    if (!event.target.matches('form[data-order]')) return
    event.preventDefault()
    order(event.target, event.target.dataset.order, { name: event.target.elements.name.value })
  })

  const root = location.pathname.split('/').slice(0, 3).join('/')
  let timer = 0
  new EventSource(root + '/events').onmessage = () => {
    clearTimeout(timer)
    timer = setTimeout(refresh, 120)
  }
})()
