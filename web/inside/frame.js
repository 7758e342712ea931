// Tells the portal around this page that the installation is finished (contract bitrix24 §2.4). The frame's name says which portal it is
// and how it calls this page: domain|protocol|APP_SID; messages go to the origin that the server has proven, and to no other.
(() => {
  'use strict'
  const origin = document.currentScript.dataset.portal
  const sid = (window.name || '').split('|')[2]
  const waiting = new Map()
  let asked = 0

  const ask = command => new Promise((resolve, reject) => {
    if (!sid || parent === window) { reject(new Error('not in a portal')); return }
    const callback = 'omniconnector' + ++asked
    const patience = setTimeout(() => { waiting.delete(callback); reject(new Error('no answer')) }, 8000)
    waiting.set(callback, answer => { clearTimeout(patience); resolve(answer) })
    parent.postMessage([command, callback, sid].join(':'), origin)
  })
  addEventListener('message', event => {
    if (event.source !== parent || event.origin !== origin || typeof event.data !== 'string') return
    const [callback, ...rest] = event.data.split(':')
    const resolve = waiting.get(callback)
    if (!resolve) return
    waiting.delete(callback)
    try { resolve(JSON.parse(rest.join(':') || 'null')) } catch { resolve(null) }
  })

  // The portal goes on by itself when it has heard; whoever still reads this after a while has to help it.
  const stuck = () => {
    document.querySelector('[data-finishing]').hidden = true
    document.querySelector('[data-finished]').hidden = false
  }
  ask('getInitData')
    .then(known => ask(known && known.INSTALL ? 'setInstallFinish' : 'reloadWindow'))
    .then(() => setTimeout(stuck, 8000), stuck)
})()
