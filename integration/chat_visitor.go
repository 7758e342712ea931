package integration

import "omniconnector/crm"

// networks are the channels of one network under one name, so that somebody who writes to two of them is one person.
var networks = map[string]string{"telegram_private": "telegram", "waba": "whatsapp"}

// ReachedBy adds an account in the messenger of a channel, the platform's word for which is "telegram" or the like.
func (v *Visitor) ReachedBy(channel, account string) {
	if channel == "" || account == "" {
		return
	}
	if name, ok := networks[channel]; ok {
		channel = name
	}
	v.Messengers = append(v.Messengers, crm.Messenger{Network: channel, Value: account})
}
