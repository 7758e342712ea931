import './main.css'
import './identity/session' // first: it reads the address before the router does

import b24ui from '@bitrix24/b24ui-nuxt/vue-plugin'
import { createApp } from 'vue'

import App from './shell/App.vue'
import { router } from './shell/router'
import { i18n } from './words'

createApp(App).use(router).use(i18n).use(b24ui).mount('#app')
