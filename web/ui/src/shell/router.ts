// The pages by address. What belongs to one portal has its id in the address, so that a link means the same to everybody.
import { createRouter, createWebHashHistory, type RouteMeta, type RouteRecordRaw } from 'vue-router'

import type { Section } from '@/settings/topic'

declare module 'vue-router' {
  interface RouteMeta {
    // title is the key of the page's name among the words.
    title?: string
    // settings tells that the page edits the one settings document, with the save bar below.
    settings?: boolean
    // help names the section of the help panel (seed, «Справочник»).
    help?: string
  }
}

// conversations are the pages of a section that chats and offline requests have alike.
function conversations(section: Section, meta: RouteMeta, component: () => Promise<unknown>): RouteRecordRaw {
  return {
    path: `/p/:portal/${section}`, component, meta,
    children: [
      { path: '', name: section, component: () => import('@/pages/chats/Basics.vue'), props: { section } },
      { path: 'funnels', name: `${section}-funnels`, component: () => import('@/pages/chats/Funnels.vue'), props: { section } },
      { path: 'names', name: `${section}-names`, component: () => import('@/pages/chats/Names.vue'), props: { section } },
      { path: 'fields', name: `${section}-fields`, component: () => import('@/pages/chats/Fields.vue'), props: { section } },
    ],
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'overview', component: () => import('@/pages/overview/Overview.vue'), meta: { title: 'shell.overview', help: 'overview' } },
  { path: '/portals', name: 'portals', component: () => import('@/pages/portals/Portals.vue'), meta: { title: 'shell.portals', help: 'portals' } },
  { path: '/tokens', name: 'tokens', component: () => import('@/pages/access/Tokens.vue'), meta: { title: 'shell.tokens', help: 'tokens' } },
  { path: '/tenants', name: 'tenants', component: () => import('@/pages/access/Tenants.vue'), meta: { title: 'shell.tenants', help: 'tenants' } },
  { path: '/p/:portal/main', name: 'main', component: () => import('@/pages/settings/Main.vue'), meta: { title: 'shell.main', settings: true, help: 'main' } },
  {
    path: '/p/:portal/telephony', component: () => import('@/pages/telephony/Telephony.vue'),
    meta: { title: 'shell.telephony', settings: true, help: 'telephony' },
    children: [
      { path: '', name: 'telephony', component: () => import('@/pages/telephony/Basics.vue'), meta: { help: 'telephony' } },
      { path: 'templates', name: 'templates', component: () => import('@/pages/telephony/Templates.vue'), meta: { help: 'templates' } },
      { path: 'funnels', name: 'funnels', component: () => import('@/pages/telephony/Funnels.vue'), meta: { help: 'funnels' } },
      { path: 'responsibles', name: 'responsibles', component: () => import('@/pages/telephony/Responsibles.vue'), meta: { help: 'responsibles' } },
      { path: 'fields', name: 'fields', component: () => import('@/pages/telephony/ExtraFields.vue'), meta: { help: 'fields' } },
    ],
  },
  conversations('chats', { title: 'shell.chats', settings: true, help: 'chats' }, () => import('@/pages/settings/Chats.vue')),
  conversations('offline', { title: 'shell.offline', settings: true, help: 'offline' }, () => import('@/pages/settings/Offline.vue')),
  { path: '/p/:portal/lines', name: 'lines', component: () => import('@/pages/settings/Lines.vue'), meta: { title: 'shell.lines', help: 'lines' } },
  { path: '/p/:portal/employees', name: 'employees', component: () => import('@/pages/employees/Employees.vue'), meta: { title: 'shell.employees', settings: true, help: 'employees' } },
  { path: '/p/:portal/simulate', name: 'simulate', component: () => import('@/pages/simulate/Simulate.vue'), meta: { title: 'shell.simulate', settings: true, help: 'simulate' } },
  { path: '/p/:portal/limits', name: 'limits', component: () => import('@/pages/portals/Limits.vue'), meta: { title: 'shell.limits', help: 'limits' } },
  { path: '/p/:portal/jobs', name: 'jobs', component: () => import('@/pages/portals/Jobs.vue'), meta: { title: 'shell.jobs', help: 'jobs' } },
  { path: '/p/:portal/versions', name: 'versions', component: () => import('@/pages/versions/Versions.vue'), meta: { title: 'shell.versions', help: 'versions' } },
  { path: '/journal', name: 'journal', component: () => import('@/pages/journal/Journal.vue'), meta: { title: 'shell.journal', help: 'journal' } },
  { path: '/calls/:session', name: 'call', component: () => import('@/pages/journal/Call.vue'), meta: { title: 'shell.call', help: 'journal' } },
  { path: '/conversations/:session', name: 'conversation', component: () => import('@/pages/journal/Call.vue'), meta: { title: 'shell.conversation', help: 'journal' } },
  { path: '/events/:event', name: 'event', component: () => import('@/pages/journal/Event.vue'), meta: { title: 'shell.event', help: 'journal' } },
  { path: '/dead-letters', name: 'letters', component: () => import('@/pages/journal/DeadLetters.vue'), meta: { title: 'shell.letters', help: 'letters' } },
  { path: '/audit', name: 'audit', component: () => import('@/pages/versions/Audit.vue'), meta: { title: 'shell.audit', help: 'versions' } },
  { path: '/:lost(.*)*', name: 'lost', component: () => import('@/shell/Lost.vue'), meta: { title: 'shell.lost' } },
]

export const router = createRouter({ history: createWebHashHistory(), routes })

// The page that is shown is named on the document: for styles, and for whoever drives the page from outside.
router.afterEach((to) => {
  document.documentElement.dataset.page = String(to.name)
})
