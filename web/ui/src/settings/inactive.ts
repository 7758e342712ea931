// What another telephony makes inactive (T-1): while it owns the calls, T-2…T-14 do nothing and are shown disabled.
import { computed } from 'vue'

import { draft } from './draft'

export const inactive = computed(() => draft.document?.telephony.other_telephony.on ?? false)
